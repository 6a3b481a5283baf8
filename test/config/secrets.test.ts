import { deepEqual, equal, ok } from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { describe, it } from 'node:test';

import { describeProblem } from '../../src/config/config-error.js';
import {
  ConfigurationFolder,
  MINIMAL,
  SESSION_SECRET,
  TOKEN_SECRET,
} from './configuration-folder.js';

const PRODUCTION = { NODE_ENV: 'production' };
const IN_FILE = MINIMAL.replace(`secret: ${TOKEN_SECRET}`, 'secret_file: token.key');

/** The minimal configuration with these keys, as YAML flow text, in place of its own. */
const withKeys = (keys: string): string =>
  MINIMAL.replace(/keys:[^]*?(?= {2}session)/, `keys: ${keys}\n`);

describe('secrets of a configuration', () => {
  it('are read from files relative to the configuration, without the line end', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': IN_FILE,
      'token.key': `${TOKEN_SECRET}\n`,
    });
    const { config, warnings } = await folder.load('a.yaml');
    equal(config.auth.jwt.keys[0]?.secret, TOKEN_SECRET);
    deepEqual(warnings, []);
  });

  it('in a file that others can read are a warning, in production an error', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': IN_FILE,
      'token.key': TOKEN_SECRET,
    });
    await chmod(folder.file('token.key'), 0o644);
    const problem =
      'a.yaml:11:22 /auth/jwt/keys/0/secret_file: expected a file that only its owner may read (chmod 600), found mode 0644';
    const { warnings } = await folder.load('a.yaml');
    deepEqual(
      warnings.map((warning) => describeProblem(warning).replace(`${folder.path}/`, '')),
      [problem],
    );
    deepEqual(await folder.problems('a.yaml', PRODUCTION), [problem]);
    await chmod(folder.file('token.key'), 0o600);
    deepEqual(await folder.problems('a.yaml', PRODUCTION), []);
  });

  it('in a file that is missing, empty or no file are an error', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'missing.yaml': IN_FILE,
      'empty.yaml': IN_FILE.replace('token.key', 'empty.key'),
      'empty.key': '',
      'folder.yaml': IN_FILE.replace('token.key', '.'),
    });
    deepEqual(await folder.problems('missing.yaml'), [
      'missing.yaml:11:22 /auth/jwt/keys/0/secret_file: expected a readable file, found none (ENOENT)',
    ]);
    const expected =
      '/auth/jwt/keys/0/secret_file: expected a file of 1 to 65536 bytes, found something else';
    for (const name of ['empty.yaml', 'folder.yaml']) {
      deepEqual(await folder.problems(name), [`${name}:11:22 ${expected}`]);
    }
  });

  it('keep a previous secret of the session, which only verifies', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}    previous_secret: ${TOKEN_SECRET}\n`,
    });
    deepEqual((await folder.load('a.yaml')).config.auth.session.secrets, [
      SESSION_SECRET,
      TOKEN_SECRET,
    ]);
  });

  for (const [name, secret] of [
    ['31 bytes', 'c0b3e8f2a7d94615be8f03a1c9d27e4'],
    ['a placeholder', 'changeme'],
    ['a long placeholder', 'changeme-changeme-please-changeme-12345678'],
    ['a published default', 'a-string-secret-at-least-256-bits-long'],
    ['hardly any different characters', 'a1'.repeat(32)],
  ] as const) {
    it(`are refused for ${name}, as token key and for the session, and not shown`, async (t) => {
      const folder = await ConfigurationFolder.make(t, {
        'key.yaml': MINIMAL.replace(TOKEN_SECRET, secret),
        'session.yaml': MINIMAL.replace(SESSION_SECRET, secret),
      });
      for (const file of ['key.yaml', 'session.yaml']) {
        const [problem, ...more] = await folder.problems(file);
        ok(
          problem !== undefined && more.length === 0,
          `${file}: ${String(problem)} ${more.join()}`,
        );
        equal(problem.includes(secret), false);
      }
    });
  }

  it('that are weak are told where they are given: key, file or variable', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(`secret: ${TOKEN_SECRET}`, 'secret_file: short.key'),
      'short.key': 'short',
    });
    const variables = {
      EXPRESSWAY_AUTH__SESSION__SECRET: 'short',
      EXPRESSWAY_AUTH__SESSION__PREVIOUS_SECRET_FILE: folder.file('short.key'),
    };
    deepEqual(await folder.problems('a.yaml', variables), [
      'a.yaml:11:22 /auth/jwt/keys/0/secret_file: expected usable keys, but key "k1" has 5 bytes; 32 are needed',
      'EXPRESSWAY_AUTH__SESSION__SECRET /auth/session/secret: expected a strong secret, but it has 5 bytes; 32 are needed',
      'EXPRESSWAY_AUTH__SESSION__PREVIOUS_SECRET_FILE /auth/session/previous_secret_file: expected a strong secret, but it has 5 bytes; 32 are needed',
    ]);
  });

  it('of 32 bytes are accepted', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(TOKEN_SECRET, TOKEN_SECRET.slice(0, 32)),
    });
    deepEqual(await folder.problems('a.yaml'), []);
  });

  it('are not shown when they are no text', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(SESSION_SECRET, '8675309867530986753098675309'),
    });
    deepEqual(await folder.problems('a.yaml'), [
      'a.yaml:14:13 /auth/session/secret: expected a secret, found something else (not shown)',
    ]);
  });
});

describe('keys of a configuration', () => {
  it('may be pairs, in files, with the private one to sign', async (t) => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': withKeys(
        '[{ kid: r, alg: RS256, private_key_file: r.pem, sign: true }, { kid: e, alg: ES256, public_key_file: e.pem }]',
      ),
      'r.pem': rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'e.pem': ec.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    });
    // A public key is for everybody to read.
    await chmod(folder.file('e.pem'), 0o644);
    const { config } = await folder.load('a.yaml', PRODUCTION);
    deepEqual(
      config.auth.jwt.keys.map((key) => [key.kid, key.alg, key.sign]),
      [
        ['r', 'RS256', true],
        ['e', 'ES256', false],
      ],
    );
  });

  const secret = TOKEN_SECRET;
  for (const [name, keys, path] of [
    ['without a secret', '[{ kid: a, alg: HS256 }]', '/auth/jwt/keys/0'],
    [
      'of the wrong kind for their algorithm',
      `[{ kid: a, alg: RS256, secret: ${secret} }]`,
      '/auth/jwt/keys/0',
    ],
    ['that are no PEM', '[{ kid: a, alg: ES256, public_key: nonsense }]', '/auth/jwt/keys/0'],
    [
      'with one kid',
      `[{ kid: a, alg: HS256, secret: ${secret} }, { kid: a, alg: HS256, secret: ${secret} }]`,
      '/auth/jwt/keys',
    ],
    [
      'two of which sign',
      `[{ kid: a, alg: HS256, secret: ${secret}, sign: true }, { kid: b, alg: HS256, secret: ${secret}, sign: true }]`,
      '/auth/jwt/keys',
    ],
    ['of algorithm none', `[{ kid: a, alg: none, secret: ${secret} }]`, '/auth/jwt/keys/0/alg'],
    [
      'that sign for another issuer',
      `[{ kid: a, alg: HS256, secret: ${secret}, sign: true, issuer: x }]`,
      '/auth/jwt/keys/0/issuer',
    ],
    [
      'that sign with another claim',
      `[{ kid: a, alg: HS256, secret: ${secret}, sign: true, claims: { authid: x } }]`,
      '/auth/jwt/keys/0/claims',
    ],
  ] as const) {
    it(`are refused ${name}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, { 'a.yaml': withKeys(keys) });
      const problems = await folder.problems('a.yaml');
      deepEqual(
        problems.map((line) => line.split(' ')[1]),
        [`${path}:`],
      );
      equal(problems.join().includes(TOKEN_SECRET), false);
    });
  }

  it('are checked although something else of the section is wrong', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(TOKEN_SECRET, 'short').replace('session:', 'order: 5\n  session:'),
    });
    deepEqual(
      (await folder.problems('a.yaml')).map((line) => line.split(' ')[1]),
      ['/auth/jwt/keys/0/secret:', '/auth/order:'],
    );
  });

  it('of other issuers have their own claims', async (t) => {
    const foreign = `{ kid: app, alg: HS256, secret: ${secret}, issuer: app, audience: x, claims: { authid: authid }, require: [exp] }`;
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': withKeys(`[${foreign}]`) });
    const [key] = (await folder.load('a.yaml')).config.auth.jwt.keys;
    deepEqual(
      [key?.issuer, key?.audience, key?.claims, key?.require],
      ['app', 'x', { authid: 'authid' }, ['exp']],
    );
  });
});
