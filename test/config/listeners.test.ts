import { deepEqual, equal } from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { AUTHMETHODS } from '../../src/config/listener-schema.js';
import { DEFAULT_SESSION_LIMITS } from '../../src/router/index.js';
import { TLS_CERT, TLS_KEY } from '../support/tls-pair.js';
import { ecPair } from '../auth/support/pem-pair.js';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

/** A folder with a configuration of these `listeners`, a line each, of which the first is line 16. */
const folderOf = (t: TestContext, ...listeners: string[]): Promise<ConfigurationFolder> =>
  ConfigurationFolder.make(t, {
    'a.yaml': `${MINIMAL}listeners:\n${listeners.map((line) => `  - { ${line} }\n`).join('')}`,
    'cert.pem': TLS_CERT,
    'key.pem': TLS_KEY,
  });

const DEVICES = 'name: devices, type: rawsocket, port: 7000, authmethods: [jwt]';

describe('listeners of the configuration', () => {
  it('are none by default', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    deepEqual((await folder.load('a.yaml')).config.listeners, []);
  });

  it('give a public RawSocket over TLS what is left out', async (t) => {
    const folder = await folderOf(
      t,
      'name: devices, type: rawsocket, host: 0.0.0.0, port: 7443, authmethods: [jwt], tls: { cert_file: cert.pem, key_file: key.pem }',
    );
    deepEqual((await folder.load('a.yaml')).config.listeners, [
      {
        name: 'devices',
        type: 'rawsocket',
        address: { host: '0.0.0.0', port: 7443 },
        path: '/',
        pingMs: undefined,
        admission: { isTrusted: false, authmethods: ['jwt'], allowedOrigins: [] },
        requestIds: 'strict',
        serializers: ['json', 'msgpack', 'cbor'],
        tls: { cert: TLS_CERT.trimEnd(), key: TLS_KEY.trimEnd(), client: undefined },
        limits: {
          messageBytes: 65_536,
          queueBytes: 1_048_576,
          session: DEFAULT_SESSION_LIMITS,
        },
      },
    ]);
  });

  it('give a trusted WebSocket what is left out, its limits from trusted.limits', async (t) => {
    const folder = await folderOf(
      t,
      'name: services, type: websocket, unix: /run/a.sock, mode: "0600", trusted: true, role: trusted, allowed_hosts: [a.internal], limits: { burst: 7 }',
    );
    const env = { EXPRESSWAY_LIMITS__CALLS: '3', EXPRESSWAY_TRUSTED__LIMITS__REGISTRATIONS: '5' };
    const [services] = (await folder.load('a.yaml', env)).config.listeners;
    deepEqual(services, {
      name: 'services',
      type: 'websocket',
      address: { unix: '/run/a.sock', mode: 0o600 },
      path: '/',
      pingMs: undefined,
      admission: {
        isTrusted: true,
        role: 'trusted',
        allowedHosts: ['a.internal'],
        allowedOrigins: [],
      },
      requestIds: 'lenient',
      serializers: ['json', 'msgpack', 'cbor', 'json.batched', 'msgpack.batched', 'cbor.batched'],
      tls: undefined,
      limits: {
        messageBytes: 1_048_576,
        queueBytes: 1_048_576,
        session: {
          ...DEFAULT_SESSION_LIMITS,
          messagesPerSecond: 10_000,
          burst: 7,
          calls: 3,
          registrations: 5,
        },
      },
    });
  });

  it('ping a RawSocket as often as it is told', async (t) => {
    const folder = await folderOf(t, `${DEVICES}, ping: 10s`);
    equal((await folder.load('a.yaml')).config.listeners[0]?.pingMs, 10_000);
  });

  it('can share a port number on different addresses, and let the system choose', async (t) => {
    const folder = await folderOf(
      t,
      DEVICES,
      `${DEVICES.replace('devices', 'others')}, host: 127.0.0.2`,
      'name: c, type: websocket, port: 0, authmethods: [jwt]',
      'name: d, type: websocket, port: 0, authmethods: [jwt]',
    );
    deepEqual(await folder.problems('a.yaml'), []);
  });

  for (const [name, listener, problem] of [
    [
      'without a name',
      'type: rawsocket, port: 1, authmethods: [jwt]',
      '/listeners/0/name: expected the name of a listener: 1 to 128 characters without white space, found nothing',
    ],
    [
      'of an unknown type',
      'name: a, type: mqtt, port: 1, authmethods: [jwt]',
      '/listeners/0/type: expected one of websocket, rawsocket, found "mqtt"',
    ],
    [
      'with a name that is taken',
      'name: trusted, type: rawsocket, port: 1, authmethods: [jwt]',
      '/listeners/0/name: expected a name of its own, other than public, trusted, internal, found "trusted"',
    ],
    [
      'without a place',
      'name: a, type: rawsocket, authmethods: [jwt]',
      '/listeners/0: expected a port, or unix, found a mapping',
    ],
    [
      'with a port and a Unix socket',
      'name: a, type: rawsocket, port: 1, unix: /a, authmethods: [jwt]',
      '/listeners/0/port: expected either a port or unix, found 1',
    ],
    [
      'with a host and a Unix socket',
      'name: a, type: rawsocket, host: ::1, unix: /a, authmethods: [jwt]',
      '/listeners/0/host: expected either a host or unix, found "::1"',
    ],
    [
      'with a mode and no Unix socket',
      'name: a, type: rawsocket, port: 1, mode: "0600", authmethods: [jwt]',
      '/listeners/0/mode: expected a mode only beside unix, found "0600"',
    ],
    [
      'through which nobody gets in',
      'name: a, type: rawsocket, port: 1',
      '/listeners/0: expected authmethods, as nobody gets in without one, found a mapping',
    ],
    [
      'with an empty list of authmethods',
      'name: a, type: rawsocket, port: 1, authmethods: []',
      '/listeners/0/authmethods: expected at least one authmethod, found an empty list',
    ],
    [
      'with an unknown authmethod',
      'name: a, type: rawsocket, port: 1, authmethods: [magic]',
      `/listeners/0/authmethods/0: expected one of ${AUTHMETHODS.join(', ')}, or the name of one of auth.providers.methods, found "magic"`,
    ],
    [
      'with an authmethod given twice',
      'name: a, type: rawsocket, port: 1, authmethods: [jwt, jwt]',
      '/listeners/0/authmethods: expected each authmethod once, found a list',
    ],
    [
      'with a role that is not trusted',
      'name: a, type: rawsocket, port: 1, authmethods: [jwt], role: trusted',
      '/listeners/0/role: expected a role only with trusted: true, found "trusted"',
    ],
    [
      'with hosts that is not trusted',
      'name: a, type: websocket, port: 1, authmethods: [jwt], allowed_hosts: [a]',
      '/listeners/0/allowed_hosts: expected allowed_hosts only with trusted: true, found a list',
    ],
    [
      'that is trusted, without a role',
      'name: a, type: rawsocket, port: 1, trusted: true',
      '/listeners/0: expected a role, as it has trusted: true, found a mapping',
    ],
    [
      'that is trusted, with an unknown role',
      'name: a, type: rawsocket, port: 1, trusted: true, role: boss',
      '/listeners/0/role: expected a role of one of the realms, found "boss"',
    ],
    [
      'that is trusted, with authmethods',
      'name: a, type: rawsocket, port: 1, trusted: true, role: trusted, authmethods: [jwt]',
      '/listeners/0/authmethods: expected no authmethods with trusted: true, found a list',
    ],
    [
      'that is trusted, beyond this machine',
      'name: a, type: rawsocket, port: 1, trusted: true, role: trusted, host: 0.0.0.0',
      '/listeners/0/host: expected a loopback address (127.0.0.1, ::1 or localhost), as it has trusted: true, found "0.0.0.0"',
    ],
    [
      'of RawSocket with a path',
      'name: a, type: rawsocket, port: 1, authmethods: [jwt], path: /ws',
      '/listeners/0/path: expected no path with type rawsocket, found "/ws"',
    ],
    [
      'of WebSocket with pings of its own',
      'name: a, type: websocket, port: 1, authmethods: [jwt], ping: 10s',
      '/listeners/0/ping: expected no ping with type websocket, for which limits.ping holds, found "10s"',
    ],
    [
      'of RawSocket with origins',
      'name: a, type: rawsocket, port: 1, authmethods: [jwt], allowed_origins: [http://a]',
      '/listeners/0/allowed_origins: expected no allowed_origins with type rawsocket, found a list',
    ],
    [
      'of RawSocket with batches',
      'name: a, type: rawsocket, port: 1, authmethods: [jwt], serializers: [json, json.batched]',
      '/listeners/0/serializers/1: expected json, msgpack or cbor with type rawsocket, found "json.batched"',
    ],
    [
      'without a serializer',
      'name: a, type: rawsocket, port: 1, authmethods: [jwt], serializers: []',
      '/listeners/0/serializers: expected at least one serializer, found an empty list',
    ],
    [
      'on the port of public',
      'name: a, type: websocket, port: 8080, authmethods: [jwt]',
      '/listeners/0/port: expected a host and port of its own, found 8080',
    ],
    [
      'on the port of trusted, at every address',
      'name: a, type: websocket, host: 0.0.0.0, port: 8081, authmethods: [jwt]',
      '/listeners/0/port: expected a host and port of its own, found 8081',
    ],
    [
      'with half of a certificate',
      `${DEVICES}, tls: { cert_file: cert.pem }`,
      '/listeners/0/tls/key_file: expected the path of a file, found nothing',
    ],
    [
      'with a certificate that is not there',
      `${DEVICES}, tls: { cert_file: none.pem, key_file: key.pem }`,
      '/listeners/0/tls/cert_file: expected a readable file, found none (ENOENT)',
    ],
    [
      'with a certificate that is none',
      `${DEVICES}, tls: { cert_file: key.pem, key_file: key.pem }`,
      '/listeners/0/tls: expected a certificate and its key in PEM, found what does not fit',
    ],
  ] as const) {
    it(`cannot be one ${name}`, async (t) => {
      const folder = await folderOf(t, listener);
      deepEqual(
        (await folder.problems('a.yaml')).map((line) => line.replace(/^a\.yaml:16:\d+ /, '')),
        [problem],
      );
    });
  }

  it('cannot have one name, port or Unix socket twice', async (t) => {
    const local = 'type: rawsocket, unix: /a.sock, trusted: true, role: trusted';
    const folder = await folderOf(t, DEVICES, DEVICES, `name: b, ${local}`, `name: c, ${local}`);
    deepEqual(await folder.problems('a.yaml'), [
      'a.yaml:17:13 /listeners/1/name: expected a name of its own, other than public, trusted, internal, found "devices"',
      'a.yaml:17:45 /listeners/1/port: expected a host and port of its own, found 7000',
      'a.yaml:19:39 /listeners/3/unix: expected a Unix socket of its own, found "/a.sock"',
    ]);
  });

  it('need a key for tokens when one of them takes tokens', async (t) => {
    const folder = await folderOf(t, DEVICES);
    const env = { EXPRESSWAY_AUTH__ORDER: '[]', EXPRESSWAY_AUTH__JWT__KEYS: '[]' };
    deepEqual(await folder.problems('a.yaml', env), [
      'EXPRESSWAY_AUTH__JWT__KEYS /auth/jwt/keys: expected at least one key, as listener devices has jwt, found an empty list',
    ]);
  });

  it('must have the key that their certificate was made for, and keep it to themselves', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}listeners: [{ ${DEVICES}, tls: { cert_file: cert.pem, key_file: key.pem } }]\n`,
      'cert.pem': TLS_CERT,
      'key.pem': ecPair('P-256').privateKey,
    });
    deepEqual(await folder.problems('a.yaml'), [
      'a.yaml:15:84 /listeners/0/tls: expected a certificate and its key in PEM, found what does not fit',
    ]);
    await chmod(folder.file('key.pem'), 0o644);
    const env = { NODE_ENV: 'production' };
    equal(
      (await folder.problems('a.yaml', env))[1],
      'a.yaml:15:117 /listeners/0/tls/key_file: expected a file that only its owner may read (chmod 600), found mode 0644',
    );
  });
});
