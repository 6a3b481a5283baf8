// Threats to the trusted URL, against the started application.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ALL_ROLES, connectWire, upgradeStatus } from '../support/wire-client.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('T1: a web page that opens the trusted URL', () => {
  const headers: readonly Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:8081' },
    { cookie: 'sid=1' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-mode': 'websocket' },
  ];
  for (const header of headers) {
    it(`is refused for its header ${JSON.stringify(header)}`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      equal(await upgradeStatus(trustedUrl, header), 403);
      equal(await upgradeStatus(trustedUrl), 101);
    });
  }
});

describe('T1: a program that sends an Origin, as those in PHP do', () => {
  it('is let in when the configuration names that origin, and a page of it is not', async (t) => {
    const { trustedUrl } = await startTestApplication(t, {
      EXPRESSWAY_TRUSTED__ALLOWED_ORIGINS: '["http://127.0.0.1"]',
    });
    const origin = 'http://127.0.0.1';
    equal(await upgradeStatus(trustedUrl, { origin }), 101);
    equal(await upgradeStatus(trustedUrl, { origin: 'http://127.0.0.1:8080' }), 403);
    equal(await upgradeStatus(trustedUrl, { origin, 'sec-fetch-mode': 'websocket' }), 403);
  });
});

describe('T2: a rebound name', () => {
  it('is refused; the names of the loopback and configured ones are not', async (t) => {
    const { trustedUrl } = await startTestApplication(t, {
      EXPRESSWAY_TRUSTED__ALLOWED_HOSTS: '["router.internal"]',
    });
    const { port } = new URL(trustedUrl);
    const statusOf = (host: string): Promise<number> => upgradeStatus(trustedUrl, { host });
    equal(await statusOf(`evil.test:${port}`), 403);
    equal(await statusOf('localhost.evil.test'), 403);
    equal(await statusOf('user@localhost'), 403);
    equal(await statusOf(`localhost:${port}`), 101);
    equal(await statusOf(`LOCALHOST:${port}`), 101);
    equal(await statusOf(`[::1]:${port}`), 101);
    equal(await statusOf('router.internal'), 101);
  });
});

describe('T3: a proxy that points at the trusted URL', () => {
  for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via', 'x-real-ip']) {
    it(`is refused for its header ${name}, and the log says so`, async (t) => {
      const warnings: string[] = [];
      const logger = {
        debug: () => undefined,
        info: () => undefined,
        warn: (fields: object, message: string) => {
          warnings.push(`${message} ${JSON.stringify(fields)}`);
        },
        error: () => undefined,
      };
      const { trustedUrl } = await startTestApplication(t, {}, logger);
      equal(await upgradeStatus(trustedUrl, { [name]: '10.1.2.3' }), 403);
      ok(warnings.some((line) => line.includes('upgrade refused') && line.includes(name)));
    });
  }
});

describe('T4: bound wide by mistake', () => {
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.com']) {
    it(`refuses to start with trusted.host ${host}`, async (t) => {
      const child = spawn(
        process.execPath,
        ['dist/src/main.js', 'start', '--config', 'config/development.yaml'],
        {
          cwd: ROOT,
          env: { ...process.env, EXPRESSWAY_TRUSTED__HOST: host, EXPRESSWAY_PUBLIC__PORT: '0' },
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      t.after(() => child.kill());
      const [exit, errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
      deepEqual(exit, [2, null]);
      match(errors, /trusted\/host/);
    });
  }
});

describe('T7: too much power', () => {
  it('may only do what the permissions of its role say', async (t) => {
    const { trustedUrl } = await startTestApplication(t);
    const client = await connectWire(t, trustedUrl);
    client.send([1, 'realm1', ALL_ROLES]);
    equal((await client.receive())[0], 2);
    client.send([48, 1, {}, 'wamp.session.kill', [1]]);
    deepEqual(await client.receive(), [8, 48, 1, {}, 'wamp.error.not_authorized']);
    client.send([32, 2, {}, 'com.example.status.changed']);
    deepEqual(await client.receive(), [8, 32, 2, {}, 'wamp.error.not_authorized']);
    client.send([16, 3, { acknowledge: true }, 'org.elsewhere']);
    deepEqual(await client.receive(), [8, 16, 3, {}, 'wamp.error.not_authorized']);
    client.send([64, 4, {}, 'wamp.session.kill']);
    deepEqual((await client.receive()).slice(0, 5), [8, 64, 4, {}, 'wamp.error.invalid_uri']);
    client.send([16, 5, { acknowledge: true }, 'com.example.allowed']);
    equal((await client.receive())[0], 17);
  });

  it('gets the configured role, whatever it asks for, and no realm but its own', async (t) => {
    const { trustedUrl } = await startTestApplication(t);
    const client = await connectWire(t, trustedUrl);
    client.send([
      1,
      'realm1',
      { ...ALL_ROLES, authid: 'root', authrole: 'admin', authmethods: ['jwt'] },
    ]);
    const [code, , details] = await client.receive();
    equal(code, 2);
    const { authid, authrole } = details as Record<string, unknown>;
    deepEqual({ authid, authrole }, { authid: 'root', authrole: 'trusted' });
    const other = await connectWire(t, trustedUrl);
    other.send([1, 'thruway.auth', ALL_ROLES]);
    equal((await other.receive())[2], 'wamp.error.no_such_realm');
  });
});

describe('T9: trust by address', () => {
  it('asks a peer on the loopback for a token on the public listener, whatever headers it sends', async (t) => {
    const application = await startTestApplication(t);
    const forged = { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' };
    const client = await connectWire(t, webSocketUrl(application), forged);
    client.send([1, 'realm1', { ...ALL_ROLES, authid: 'internal' }]);
    equal((await client.receive())[2], 'wamp.error.authentication_required');
  });
});
