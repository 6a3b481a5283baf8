import { deepEqual, equal, fail, match, ok, rejects, throws } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ConfigError, describeProblem } from '../../src/config/config-error.js';
import { AUTHMETHODS } from '../../src/config/listener-schema.js';
import { configFileOf, DEFAULT_CONFIG_FILE, loadConfig } from '../../src/config/load.js';
import { DEFAULT_SESSION_LIMITS } from '../../src/router/index.js';
import {
  ConfigurationFolder,
  MINIMAL,
  SESSION_SECRET,
  TOKEN_SECRET,
} from './configuration-folder.js';

const DEVELOPMENT_FILE = fileURLToPath(
  new URL('../../../config/development.yaml', import.meta.url),
);

/** The error with which a configuration is refused. */
const rejected = (loading: Promise<unknown>): Promise<ConfigError> =>
  loading.then(
    () => fail('the configuration was accepted'),
    (error: unknown) => {
      if (error instanceof ConfigError) return error;
      throw error;
    },
  );

describe('loadConfig', () => {
  it('lays the file over the defaults', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}\npublic: { port: 0 }\n`,
    });
    const { config, users, warnings } = await folder.load('a.yaml');
    deepEqual(config.public, {
      host: '127.0.0.1',
      port: 0,
      wsPath: '/ws',
      apiPath: undefined,
      longPollPath: undefined,
      longPollStatus: 202,
      serializers: ['json', 'msgpack', 'cbor', 'json.batched', 'msgpack.batched', 'cbor.batched'],
      allowedOrigins: [],
      trustProxy: [],
      requestIds: 'strict',
    });
    deepEqual(config.limits.session, DEFAULT_SESSION_LIMITS);
    equal(config.limits.messageBytes, 65_536);
    equal(config.limits.pingMs, 25_000);
    equal(config.trusted.limits.messageBytes, 1_048_576);
    equal(config.trusted.mode, 0o660);
    deepEqual(config.auth.session.secrets, [SESSION_SECRET]);
    equal(config.auth.jwt.keys[0]?.secret, TOKEN_SECRET);
    equal(config.auth.session.file, undefined);
    deepEqual([config.production, users, warnings], [false, [], []]);
  });

  it('accepts the development configuration, for the roles of which the whole API is wide', async () => {
    const { config, users } = await loadConfig(DEVELOPMENT_FILE, {});
    deepEqual(
      users.map(({ username, role }) => [username, role]),
      [
        ['admin', 'admin'],
        ['ryan', 'user'],
      ],
    );
    const roles = new Map(config.realms[0]?.roles.map((role) => [role.name, role]));
    deepEqual(roles.get('user')?.permissions, [
      { uri: 'com.example.status.', match: 'prefix', allow: { subscribe: true }, disclose: {} },
    ]);
    equal(roles.get('admin')?.limits.sessionsPerUser, 20_000);
    equal(roles.get('trusted')?.limits.messagesPerSecond, 200_000);
    equal(config.auth.session.file, join(DEVELOPMENT_FILE, '../../data/web-sessions.journal'));
  });

  it('finds the file of web sessions from the file that names it, and none in an empty variable', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}    file: run/sessions\n`,
    });
    equal((await folder.load('a.yaml')).config.auth.session.file, folder.file('run/sessions'));
    const env = { EXPRESSWAY_AUTH__SESSION__FILE: '' };
    equal((await folder.load('a.yaml', env)).config.auth.session.file, undefined);
  });

  for (const cookie of ['__Host-sid', '__Secure-sid', '__host-sid']) {
    it(`refuses the cookie ${cookie} outside production, and tells where it stands and what to do`, async (t) => {
      const folder = await ConfigurationFolder.make(t, {
        'a.yaml': `${MINIMAL}    cookie: ${cookie}\n`,
      });
      // As somebody would start it: without the variable that the folder sets.
      const { problems } = await rejected(loadConfig(folder.file('a.yaml'), {}));
      deepEqual(
        problems.map((problem) => describeProblem(problem).replace(`${folder.path}/`, '')),
        [
          `a.yaml:15:13 /auth/session/cookie: expected outside production a name such as sid, as the prefixes __Host- and __Secure- need HTTPS (or set NODE_ENV=production), found "${cookie}"`,
        ],
      );
    });
  }

  it('refuses the default cookie outside production, which it names by its place in default.yaml', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { problems } = await rejected(loadConfig(folder.file('a.yaml'), {}));
    const [problem, ...others] = problems.map(describeProblem);
    match(
      problem ?? '',
      /default\.yaml:\d+:13 \/auth\/session\/cookie: expected outside production/,
    );
    deepEqual(others, []);
  });

  it('takes limits that a trusted session does not set from the others, and leaves those of a role to its listener', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL.replace('- name: trusted', '- { name: trusted, limits: { calls: 7 } }')}
limits: { queue: 2MiB, calls: 3 }
trusted: { limits: { burst: 5 } }
`,
    });
    const { config } = await folder.load('a.yaml');
    equal(config.trusted.limits.queueBytes, 2_097_152);
    equal(config.trusted.limits.session.calls, 3);
    equal(config.trusted.limits.session.burst, 5);
    deepEqual(config.realms[0]?.roles[0]?.limits, { calls: 7 });
  });

  it('gives a configuration that cannot be changed', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml');
    throws(() => Object.assign(config.limits.session, { calls: 1 }), TypeError);
    throws(() => Object.assign(config.realms, { 0: undefined }), TypeError);
  });

  it('tells every problem at once, in the order of the file, and the environment last', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}
public:
  prot: 80
  port: 99999
trusted: { host: 0.0.0.0, role: nobody }
limits:
  hello: 5x
  message: [1]
colour: red
`,
    });
    deepEqual(await folder.problems('a.yaml', { EXPRESSWAY_LOG__LEVEL: 'loud' }), [
      'a.yaml:17:3 /public/prot: unknown key (did you mean port?)',
      'a.yaml:18:9 /public/port: expected a port: a whole number from 0 to 65535, found 99999',
      'a.yaml:19:18 /trusted/host: expected a loopback address: 127.0.0.1, ::1 or localhost, found "0.0.0.0"',
      'a.yaml:21:10 /limits/hello: expected a duration such as 5m, from 10ms to 5m, found "5x"',
      'a.yaml:22:12 /limits/message: expected a size such as 64KiB, from 1KiB to 64MiB, found a list',
      'a.yaml:23:1 /colour: unknown key (known are public, trusted, listeners, realms, auth, limits, expiry, drain, log)',
      'EXPRESSWAY_LOG__LEVEL /log/level: expected one of debug, info, warn, error, silent, found "loud"',
    ]);
  });

  for (const [name, yaml, problem] of [
    [
      'a path without a slash',
      'public: { ws_path: ws }',
      '/public/ws_path: expected a path such as /ws, found "ws"',
    ],
    [
      'an origin with a path',
      'public: { allowed_origins: ["https://a.example/"] }',
      '/public/allowed_origins/0: expected an origin such as https://app.example.com, without a path, found "https://a.example/"',
    ],
    [
      'the origin "null"',
      'public: { allowed_origins: ["null"] }',
      '/public/allowed_origins/0: expected an origin such as https://app.example.com, without a path, found "null"',
    ],
    [
      'a network with too many bits',
      'public: { trust_proxy: [10.0.0.0/33] }',
      '/public/trust_proxy/0: expected an IP address or network such as 10.0.0.0/8, found "10.0.0.0/33"',
    ],
    [
      'a mode that YAML reads as a number',
      'trusted: { mode: 0660 }',
      '/trusted/mode: expected an octal file mode in quotes such as "0660", found 660',
    ],
    [
      'a relative socket',
      'trusted: { unix: run.sock }',
      '/trusted/unix: expected the absolute path of a Unix socket, at most 100 bytes, found "run.sock"',
    ],
    [
      'an unknown trusted role',
      'trusted: { role: boss }',
      '/trusted/role: expected a role of one of the realms, found "boss"',
    ],
    [
      'one port for both listeners',
      'trusted: { port: 8080 }',
      '/trusted/port: expected another port than that of public, found 8080',
    ],
    [
      'a tolerance over a minute',
      'auth: { jwt: { clock_tolerance: 61s } }',
      '/auth/jwt/clock_tolerance: expected a duration such as 5m, from 0s to 60s, found "61s"',
    ],
    [
      'a life over the longest',
      'auth: { jwt: { ttl: 2h, max_ttl: 1h } }',
      '/auth/jwt/ttl: expected at most the duration of max_ttl, found "2h"',
    ],
    [
      'a handshake shorter than its first step',
      'limits: { hello: 5s, auth: 4s }',
      '/limits/auth: expected at least the duration of limits.hello, which it includes, found "4s"',
    ],
    [
      'a first lock over the longest',
      'auth: { login: { lock: 2h } }',
      '/auth/login/lock: expected at most the duration of max_lock, found "2h"',
    ],
    [
      'a fraction of 1',
      'expiry: { refresh_at: 1 }',
      '/expiry/refresh_at: expected a fraction from 0.1 to 0.95, found 1',
    ],
    [
      'no keys with method jwt',
      'auth: { jwt: { keys: [] } }',
      '/auth/jwt/keys: expected at least one key, as auth.order has jwt, found an empty list',
    ],
    [
      'an unknown method',
      'auth: { order: [magic] }',
      `/auth/order/0: expected one of ${AUTHMETHODS.join(', ')}, or the name of one of auth.providers.methods, found "magic"`,
    ],
    ['a section without keys', 'limits:', '/limits: expected a mapping, found nothing'],
    [
      'a number for text',
      'auth: { jwt: { issuer: 5 } }',
      '/auth/jwt/issuer: expected the issuer of tokens: text, found 5',
    ],
  ] as const) {
    it(`refuses ${name}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, { 'a.yaml': yaml });
      // What else is needed comes from the environment, as YAML would refuse a second section of that name.
      const keys = `[{alg: HS256, secret: ${TOKEN_SECRET}}]`;
      const environment = {
        EXPRESSWAY_REALMS: '[{name: realm1, roles: [{name: trusted}]}]',
        EXPRESSWAY_AUTH__SESSION__SECRET: SESSION_SECRET,
        ...(yaml.includes('keys') ? {} : { EXPRESSWAY_AUTH__JWT__KEYS: keys }),
      };
      const problems = await folder.problems('a.yaml', environment);
      deepEqual(
        problems.map((line) => line.replace(/^a\.yaml:1:\d+ /, '')),
        [problem],
      );
    });
  }

  it('refuses realms and roles given twice, and names that are no URIs', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(
        'realms:',
        'realms:\n  - { name: realm1, roles: [{ name: a }, { name: a }] }\n  - { name: "a b", roles: [] }',
      ),
    });
    deepEqual(await folder.problems('a.yaml'), [
      'a.yaml:4:13 /realms/1/name: expected the name of a realm: a URI such as com.example.realm, found "a b"',
    ]);
    deepEqual(await folder.problems('a.yaml', { EXPRESSWAY_REALMS__1__NAME: 'b' }), [
      'a.yaml:3:50 /realms/0/roles/1/name: expected each role of a realm once, found "a"',
      'a.yaml:5:11 /realms/2/name: expected each realm once, found "realm1"',
    ]);
  });

  it('refuses a permission on an exact URI with empty components, and accepts it as a pattern', async (t) => {
    const role = (permission: string) =>
      MINIMAL.replace('name: trusted', `name: trusted\n        permissions: [${permission}]`);
    const folder = await ConfigurationFolder.make(t, {
      'exact.yaml': role('{ uri: a..b }'),
      'wildcard.yaml': role('{ uri: a..b, match: wildcard }'),
      'everything.yaml': role('{ uri: "", match: prefix }'),
      'space.yaml': role('{ uri: "a b.", match: prefix }'),
    });
    equal((await folder.problems('exact.yaml')).length, 1);
    deepEqual(await folder.problems('wildcard.yaml'), []);
    deepEqual(await folder.problems('everything.yaml'), []);
    equal((await folder.problems('space.yaml')).length, 1);
  });

  it('says what is missing when the file is empty', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': '# nothing yet\n' });
    const problems = await folder.problems('a.yaml');
    deepEqual(
      problems.map((line) => line.replace(/^\S+ (\S+):.*$/, '$1')),
      ['/trusted/role', '/auth/jwt/keys', '/auth/session'],
    );
  });

  it('names a file that is not there, and one that is no YAML', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': 'a: "\n' });
    deepEqual(await folder.problems('missing.yaml'), [
      'missing.yaml:1:1: expected a readable file, found none (ENOENT)',
    ]);
    deepEqual(await folder.problems('a.yaml'), [
      'a.yaml:2:1: expected a closing quote, bracket or colon',
    ]);
  });

  it('refuses the defaults alone: they open nothing', async () => {
    await rejects(loadConfig(DEFAULT_CONFIG_FILE, {}), ConfigError);
  });

  it('lets no key of the wire or a file reach a prototype', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}\n__proto__: { polluted: true }\npublic: { constructor: 1 }\n`,
    });
    const problems = await folder.problems('a.yaml');
    equal(problems.length, 2);
    ok(!('polluted' in {}));
  });
});

describe('configFileOf', () => {
  it('gives the file that EXPRESSWAY_CONFIG names', () => {
    equal(configFileOf({ EXPRESSWAY_CONFIG: 'x.yaml' }), 'x.yaml');
    equal(configFileOf({}), undefined);
  });
});
