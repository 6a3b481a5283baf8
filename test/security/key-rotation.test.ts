// J11: keys are exchanged while the application runs, against the started application.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startApplication, type Application } from '../../src/application.js';
import { ConfigError } from '../../src/config/config-error.js';
import { ConfigurationFolder, TOKEN_SECRET } from '../config/configuration-folder.js';
import { MemoryLogger } from '../auth/support/memory-logger.js';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';

const ROOT = new URL('../../../', import.meta.url);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const OLD = TOKEN_SECRET;
const NEW = TOKEN_SECRET.split('').reverse().join('');
const REFUSED = [3, { message: 'invalid_token' }, 'wamp.error.authentication_denied'];

/** A configuration whose keys stand in files of their own, in the order of rotation. */
const configuration = (...keys: readonly string[]): string => `
public: { port: 0 }
trusted: { port: 0 }
realms:
  - name: realm1
    roles: [{ name: admin }, { name: user }, { name: trusted }]
auth:
  users: { path: ${JSON.stringify(fileURLToPath(new URL('config/users.development.yaml', ROOT)))} }
  session: { cookie: sid, secret: ${TOKEN_SECRET} }
  jwt:
    ttl: 5m
    keys:
${keys.map((key) => `      - { alg: HS256, ${key} }\n`).join('')}
drain: { duration: 0s }
`;

const SIGNING_OLD = 'kid: old, secret_file: old.key, sign: true';
const ACCEPTING_OLD = 'kid: old, secret_file: old.key';
const SIGNING_NEW = 'kid: new, secret_file: new.key, sign: true';
const ACCEPTING_NEW = 'kid: new, secret_file: new.key';

interface Rotation {
  readonly application: Application;
  readonly logger: MemoryLogger;
  /** Writes the configuration anew, as an editor does, and has it read again. */
  readonly reload: (...keys: readonly string[]) => Promise<void>;
  readonly folder: ConfigurationFolder;
}

async function start(t: TestContext, ...keys: readonly string[]): Promise<Rotation> {
  const folder = await ConfigurationFolder.make(t, {
    'a.yaml': configuration(...keys),
    'old.key': OLD,
    'new.key': NEW,
  });
  const logger = new MemoryLogger();
  const { config, users, reload } = await folder.load('a.yaml');
  const application = await startApplication({ config, users, reload, logger });
  t.after(() => application.close());
  return {
    application,
    logger,
    folder,
    reload: async (...next) => {
      await replace(folder.file('a.yaml'), configuration(...next));
      await application.reload();
    },
  };
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

const tokenOf = (kid: string, secret: string): string => makeToken({ header: { kid }, secret });

async function answerTo(t: TestContext, application: Application, token: string) {
  const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
  client.drop();
  return answer;
}

const kidOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: unknown })
    .kid;

describe('rotation of the key that signs', () => {
  it('has each of two keys in time, and refuses the old one after it was taken out', async (t) => {
    const { application, reload } = await start(t, SIGNING_OLD);
    const old = await fetchToken(application);
    deepEqual([kidOf(old), (await answerTo(t, application, old))[0]], ['old', 2]);
    deepEqual(await answerTo(t, application, tokenOf('new', NEW)), REFUSED);

    // The new one is known everywhere before anybody signs with it.
    await reload(SIGNING_OLD, ACCEPTING_NEW);
    equal(kidOf(await fetchToken(application)), 'old');
    equal((await answerTo(t, application, tokenOf('new', NEW)))[0], 2);

    await reload(SIGNING_NEW, ACCEPTING_OLD);
    const fresh = await fetchToken(application);
    equal(kidOf(fresh), 'new');
    for (const token of [old, fresh]) equal((await answerTo(t, application, token))[0], 2);

    await reload(SIGNING_NEW);
    deepEqual(await answerTo(t, application, old), REFUSED);
    equal((await answerTo(t, application, fresh))[0], 2);
  });

  it('does not touch a session that is open, and lets it go on by a token of the new key', async (t) => {
    const { application, reload } = await start(t, SIGNING_OLD);
    const url = webSocketUrl(application);
    const { client } = await joinWithToken(t, url, await fetchToken(application));
    await reload(SIGNING_NEW);
    // A later end than that of the token before.
    const exp = Math.floor(Date.now() / 1000) + 600;
    const header = { kid: 'new' };
    const token = makeToken({ header, secret: NEW, claims: { exp } });
    client.send([48, 1, {}, 'expressway.auth.refresh', [token]]);
    const [code, request] = await client.receive();
    deepEqual([code, request], [50, 1]);
  });

  it('reads the file of a secret again, too', async (t) => {
    const { application, reload, folder } = await start(t, SIGNING_OLD);
    const old = await fetchToken(application);
    await replace(folder.file('old.key'), NEW);
    await reload(SIGNING_OLD);
    deepEqual(await answerTo(t, application, old), REFUSED);
    equal((await answerTo(t, application, await fetchToken(application)))[0], 2);
  });

  it('is not stopped by a key that ends: it verifies until then, and nothing after', async (t) => {
    const ending = new Date(Date.now() + 1500).toISOString().replace(/\.\d+Z$/u, 'Z');
    const end = Date.parse(ending);
    const { application } = await start(t, SIGNING_NEW, `${ACCEPTING_OLD}, not_after: ${ending}`);
    const token = tokenOf('old', OLD);
    const before: unknown[] = [];
    while (Date.now() < end) {
      const answer = await answerTo(t, application, token);
      if (Date.now() < end) before.push(answer[0]);
    }
    deepEqual(new Set(before), new Set(before.length > 0 ? [2] : []));
    deepEqual(await answerTo(t, application, token), REFUSED);
    equal((await answerTo(t, application, await fetchToken(application)))[0], 2);
  });

  it('gives tokens that end with their key, and none after it', async (t) => {
    const ending = new Date(Date.now() + 60_000).toISOString().replace(/\.\d+Z$/u, 'Z');
    const { application, logger } = await start(t, `${SIGNING_OLD}, not_after: ${ending}`);
    const token = await fetchToken(application);
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
    equal(exp, Date.parse(ending) / 1000);
    match(logger.lines.join('\n'), /the key that signs tokens ends soon/u);
  });
});

describe('a configuration that is wrong when it is read again', () => {
  for (const [what, keys, message] of [
    ['a weak key', [SIGNING_NEW, 'kid: weak, secret: short'], /keys\/1\/secret.*5 bytes/u],
    ['a file that is not there', ['kid: a, secret_file: a.key'], /keys\/0\/secret_file.*ENOENT/u],
    ['two keys of one kid', [ACCEPTING_OLD, 'kid: old, secret_file: new.key'], /another key/u],
    ['no key at all', [], /auth\/jwt\/keys/u],
    [
      'a key that signs and has ended',
      [`${SIGNING_OLD}, not_after: 2020-01-01`],
      /keys\/0\/not_after: expected a time to come/u,
    ],
    ['a time that is none', [`${SIGNING_OLD}, not_after: soon`], /not_after.*soon/u],
  ] as const) {
    it(`leaves all as it was, and tells the place: ${what}`, async (t) => {
      const { application, logger, reload, folder } = await start(t, SIGNING_OLD);
      const token = await fetchToken(application);
      await rejects(reload(...keys), ConfigError);
      const told = logger.lines.filter((line) => line.includes('"level":"error"')).join('\n');
      match(told, message);
      match(told, new RegExp(`${folder.file('a.yaml')}:\\d+:\\d+ /auth/jwt`, 'u'));
      for (const secret of [OLD, NEW]) ok(!told.includes(secret));
      equal((await answerTo(t, application, token))[0], 2);
      equal(kidOf(await fetchToken(application)), 'old');
      await reload(SIGNING_NEW);
      equal(kidOf(await fetchToken(application)), 'new');
    });
  }

  it('names what it cannot change without a restart', async (t) => {
    const { application, logger, folder } = await start(t, SIGNING_OLD);
    const text = configuration(SIGNING_NEW).replace('ttl: 5m', 'ttl: 4m');
    await replace(folder.file('a.yaml'), `${text}\nlimits: { hello: 4s }\n`);
    await application.reload();
    const warning = logger.lines.find((line) => line.includes('after a restart'));
    match(warning ?? '', /"changed":\["auth\.jwt\.ttl","limits\.hello"\]/u);
    equal(kidOf(await fetchToken(application)), 'new');
  });
});

describe('an application without a configuration to be read again', () => {
  it('says so', async (t) => {
    const { config, users } = await (
      await ConfigurationFolder.make(t, { 'a.yaml': configuration(SIGNING_OLD), 'old.key': OLD })
    ).load('a.yaml');
    const application = await startApplication({ config, users, logger: new MemoryLogger() });
    t.after(() => application.close());
    await rejects(application.reload(), /no configuration that could be read again/u);
  });

  it('takes keys from the environment as they were', async (t) => {
    const application = await startTestApplication(t);
    const token = await fetchToken(application);
    await application.reload();
    equal((await answerTo(t, application, token))[0], 2);
  });
});

describe('expressway start', () => {
  it('reads the configuration again at SIGHUP, and goes on when it is wrong', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': configuration(SIGNING_OLD),
      'old.key': OLD,
      'new.key': NEW,
    });
    const child = spawn(process.execPath, [MAIN, 'start', '--config', folder.file('a.yaml')], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    child.stdout.resume();
    const log = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    const untilLogged = async (message: string): Promise<Record<string, unknown>> => {
      for (;;) {
        const { value } = (await log.next()) as { value: string };
        const line = JSON.parse(value) as Record<string, unknown>;
        if (line['message'] === message) return line;
      }
    };
    const { publicUrl } = (await untilLogged('started')) as { publicUrl: string };
    const application = { publicUrl } as Application;
    equal(kidOf(await fetchToken(application)), 'old');
    await replace(folder.file('a.yaml'), configuration(SIGNING_NEW));
    child.kill('SIGHUP');
    await untilLogged('the configuration was read again');
    equal(kidOf(await fetchToken(application)), 'new');
    await replace(folder.file('a.yaml'), `${configuration(SIGNING_OLD)}\nnonsense: 1\n`);
    child.kill('SIGHUP');
    const { problem } = await untilLogged('the configuration is wrong: all stays as it was');
    match(String(problem), /a\.yaml:\d+:1 \/nonsense: unknown key/u);
    equal(kidOf(await fetchToken(application)), 'new');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    equal(code, 0);
  });
});
