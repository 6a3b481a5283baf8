import { deepEqual, equal } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

import { variableName } from '../../src/config/environment.js';
import {
  ConfigurationFolder,
  MINIMAL,
  SESSION_SECRET,
  TOKEN_SECRET,
} from './configuration-folder.js';

const OTHER_SECRET = '9f8e7d6c5b4a39281706f5e4d3c2b1a0987654321fedcba00112233445566778';

describe('the environment', () => {
  const load = async (
    t: Parameters<typeof ConfigurationFolder.make>[0],
    env: Record<string, string>,
  ) =>
    (await (await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL })).load('a.yaml', env)).config;

  const problems = async (
    t: Parameters<typeof ConfigurationFolder.make>[0],
    env: Record<string, string>,
  ) => (await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL })).problems('a.yaml', env);

  it('sets numbers, text, durations and lists', async (t) => {
    const config = await load(t, {
      EXPRESSWAY_PUBLIC__PORT: '0',
      EXPRESSWAY_TRUSTED__MODE: '0600',
      EXPRESSWAY_AUTH__JWT__TTL: '10s',
      EXPRESSWAY_AUTH__JWT__ISSUER: '12345',
      EXPRESSWAY_PUBLIC__ALLOWED_ORIGINS: '["https://a.example"]',
    });
    equal(config.public.port, 0);
    equal(config.trusted.mode, 0o600);
    equal(config.auth.jwt.ttlMs, 10_000);
    equal(config.auth.jwt.issuer, '12345');
    deepEqual(config.public.allowedOrigins, ['https://a.example']);
  });

  it('merges a whole section key by key', async (t) => {
    const config = await load(t, { EXPRESSWAY_PUBLIC: '{ port: 0, ws_path: /x }' });
    deepEqual(
      [config.public.port, config.public.wsPath, config.public.host],
      [0, '/x', '127.0.0.1'],
    );
  });

  it('sets items of lists by index, and a new one at the end', async (t) => {
    const config = await load(t, {
      EXPRESSWAY_AUTH__JWT__KEYS__0__SECRET: OTHER_SECRET,
      EXPRESSWAY_AUTH__JWT__KEYS__1__ALG: 'HS256',
      EXPRESSWAY_AUTH__JWT__KEYS__1__KID: 'k2',
      EXPRESSWAY_AUTH__JWT__KEYS__1__SECRET: TOKEN_SECRET,
      EXPRESSWAY_AUTH__JWT__KEYS__1__REQUIRE__0: 'exp',
    });
    const [first, second] = config.auth.jwt.keys;
    deepEqual([first?.kid, first?.secret], ['k1', OTHER_SECRET]);
    deepEqual([second?.kid, second?.secret, second?.require], ['k2', TOKEN_SECRET, ['exp']]);
  });

  it('refuses an index beyond the end', async (t) => {
    deepEqual(await problems(t, { EXPRESSWAY_AUTH__JWT__KEYS__2__KID: 'x' }), [
      'EXPRESSWAY_AUTH__JWT__KEYS__2__KID /auth/jwt/keys/2/kid: expected the index of one of 1 items or 1 for a new one, found 2',
    ]);
  });

  it('sets to nothing with an empty variable what may be nothing', async (t) => {
    equal((await load(t, { EXPRESSWAY_TRUSTED__UNIX: '' })).trusted.unix, undefined);
    deepEqual(await problems(t, { EXPRESSWAY_PUBLIC__HOST: '' }), [
      'EXPRESSWAY_PUBLIC__HOST /public/host: expected a host name or IP address, found ""',
    ]);
  });

  it('refuses unknown names with a hint', async (t) => {
    deepEqual(await problems(t, { EXPRESSWAY_PUBLIC__PROT: '1', EXPRESSWAY_PUBIC__PORT: '1' }), [
      'EXPRESSWAY_PUBIC__PORT: unknown variable (did you mean EXPRESSWAY_PUBLIC?)',
      'EXPRESSWAY_PUBLIC__PROT: unknown variable (did you mean EXPRESSWAY_PUBLIC__PORT?)',
    ]);
  });

  it('leaves variables of other programs alone', async (t) => {
    const env = {
      EXPRESSWAY_TRUSTED_URL: 'ws://127.0.0.1:1/',
      EXPRESSWAY_CONFIG: 'x',
      PUBLIC__PORT: 'y',
    };
    deepEqual(await problems(t, env), []);
  });

  it('says the variable of what is no YAML, without its text', async (t) => {
    deepEqual(await problems(t, { EXPRESSWAY_REALMS: '[canary' }), [
      'EXPRESSWAY_REALMS /realms: expected a closing quote, bracket or colon',
    ]);
  });

  it('gives a secret in place of a secret file of the file, and the other way round', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(`secret: ${SESSION_SECRET}`, 'secret_file: missing.key'),
      'session.key': `${OTHER_SECRET}\n`,
    });
    const inline = await folder.load('a.yaml', {
      EXPRESSWAY_AUTH__SESSION__SECRET: SESSION_SECRET,
    });
    deepEqual(inline.config.auth.session.secrets, [SESSION_SECRET]);
    await writeFile(folder.file('b.yaml'), MINIMAL);
    const fromFile = await folder.load('b.yaml', {
      EXPRESSWAY_AUTH__SESSION__SECRET_FILE: folder.file('session.key'),
    });
    deepEqual(fromFile.config.auth.session.secrets, [OTHER_SECRET]);
  });

  it('refuses both a secret and its file', async (t) => {
    const both = {
      EXPRESSWAY_AUTH__SESSION__SECRET: SESSION_SECRET,
      EXPRESSWAY_AUTH__SESSION__SECRET_FILE: '/nowhere',
    };
    deepEqual(await problems(t, both), [
      'EXPRESSWAY_AUTH__SESSION__SECRET_FILE /auth/session/secret_file: expected either secret or secret_file, found both',
    ]);
  });
});

describe('variableName', () => {
  it('joins the keys in capitals', () => {
    equal(
      variableName(['auth', 'jwt', 'keys', 0, 'secret_file']),
      'EXPRESSWAY_AUTH__JWT__KEYS__0__SECRET_FILE',
    );
  });
});
