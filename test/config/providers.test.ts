import { deepEqual } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { AUTHMETHODS } from '../../src/config/listener-schema.js';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const METHOD = '{ name: sso, realms: [realm1], roles: [user] }';
const LISTENER = '{ name: php, type: websocket, port: 1, trusted: true, role: provider }';

/** A configuration with `auth.providers` and an order; its realm has the roles trusted and user. */
const folderOf = (
  t: TestContext,
  providers: string,
  order = '[jwt]',
  listeners = '[]',
): Promise<ConfigurationFolder> =>
  ConfigurationFolder.make(t, {
    'a.yaml': `${MINIMAL.replace('      - name: trusted\n', '      - name: trusted\n      - name: user\n')}  order: ${order}
  providers: ${providers}
listeners: ${listeners}
`,
  });

describe('providers of the configuration', () => {
  it('are none by default', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    deepEqual((await folder.load('a.yaml')).config.auth.providers, {
      listeners: [],
      roles: [],
      methods: [],
    });
  });

  it('come through a listener of their own, with a role of no realm', async (t) => {
    const folder = await folderOf(
      t,
      `{ listeners: [php], roles: [provider], methods: [${METHOD}, { name: jwt, realms: [realm1], roles: [user], timeout: 2s }] }`,
      '[sso, jwt]',
      `[${LISTENER}, { name: web, type: websocket, port: 2, authmethods: [sso] }]`,
    );
    const { auth } = (await folder.load('a.yaml')).config;
    deepEqual(auth.order, ['sso', 'jwt']);
    deepEqual(auth.providers, {
      listeners: ['php'],
      roles: ['provider'],
      methods: [
        { name: 'sso', realms: ['realm1'], roles: ['user'], timeoutMs: 5000 },
        { name: 'jwt', realms: ['realm1'], roles: ['user'], timeoutMs: 2000 },
      ],
    });
  });

  const TRUSTED = 'listeners: [trusted], roles: [trusted]';
  for (const [name, providers, problem] of [
    [
      'without methods',
      `{ ${TRUSTED} }`,
      '/auth/providers/methods: expected at least one authmethod, to answer for, found an empty list',
    ],
    [
      'without listeners',
      `{ roles: [trusted], methods: [${METHOD}] }`,
      '/auth/providers/listeners: expected at least one listener, where providers come in, found an empty list',
    ],
    [
      'without roles',
      `{ listeners: [public], methods: [${METHOD}] }`,
      '/auth/providers/roles: expected at least one role, which providers have, found an empty list',
    ],
    [
      'of an unknown listener',
      `{ listeners: [php], roles: [provider], methods: [${METHOD}] }`,
      '/auth/providers/listeners/0: expected one of public, trusted, found "php"',
    ],
    [
      'of a trusted listener that has another role',
      `{ listeners: [trusted], roles: [provider], methods: [${METHOD}] }`,
      '/auth/providers/listeners/0: expected a listener whose role (trusted) is one of auth.providers.roles, found "trusted"',
    ],
    [
      'for an unknown realm',
      `{ ${TRUSTED}, methods: [{ name: sso, realms: [realm1, realm2], roles: [user] }] }`,
      '/auth/providers/methods/0/realms/1: expected one of the realms, found "realm2"',
    ],
    [
      'for their own realm',
      `{ ${TRUSTED}, methods: [{ name: sso, realms: [realm1, thruway.auth], roles: [user] }] }`,
      '/auth/providers/methods/0/realms/1: expected one of the realms, found "thruway.auth"',
    ],
    [
      'with a role that no realm of theirs has',
      `{ ${TRUSTED}, methods: [{ name: sso, realms: [realm1], roles: [user, boss] }] }`,
      '/auth/providers/methods/0/roles/1: expected a role of one of these realms, found "boss"',
    ],
    [
      'that may grant nothing',
      `{ ${TRUSTED}, methods: [{ name: sso, realms: [realm1], roles: [] }] }`,
      '/auth/providers/methods/0/roles: expected at least one role, as no other is granted, found an empty list',
    ],
    [
      'of a method that is no part of a URI',
      `{ ${TRUSTED}, methods: [{ name: a.b, realms: [realm1], roles: [user] }] }`,
      '/auth/providers/methods/0/name: expected the name of an authmethod: 1 to 64 letters, digits, - or _, found "a.b"',
    ],
    [
      'of one method twice',
      `{ ${TRUSTED}, methods: [${METHOD}, ${METHOD}] }`,
      '/auth/providers/methods/1/name: expected each authmethod once, found "sso"',
    ],
    [
      'with more time than a handshake has',
      `{ ${TRUSTED}, methods: [{ name: sso, realms: [realm1], roles: [user], timeout: 11s }] }`,
      '/auth/providers/methods/0/timeout: expected at most the duration of limits.auth, which it is a part of, found "11s"',
    ],
  ] as const) {
    it(`are refused ${name}`, async (t) => {
      const problems = await (await folderOf(t, providers)).problems('a.yaml');
      deepEqual(
        problems.map((line) => line.replace(/^\S+ /u, '')),
        [problem],
      );
    });
  }
});

describe('authmethods of the configuration', () => {
  it('must be ours or those of providers', async (t) => {
    const folder = await folderOf(
      t,
      '{}',
      '[jwt, sso]',
      '[{ name: web, type: websocket, port: 2, authmethods: [jtw] }]',
    );
    const known = `${AUTHMETHODS.join(', ')}, or the name of one of auth.providers.methods`;
    const problems = await folder.problems('a.yaml');
    deepEqual(
      problems.map((line) => line.replace(/^\S+ /u, '')),
      [
        `/auth/order/1: expected one of ${known}, found "sso"`,
        `/listeners/0/authmethods/0: expected one of ${known}, found "jtw"`,
      ],
    );
  });

  it('stand once in a list', async (t) => {
    const problems = await (await folderOf(t, '{}', '[jwt, jwt]')).problems('a.yaml');
    deepEqual(
      problems.map((line) => line.replace(/^\S+ /u, '')),
      ['/auth/order: expected each authmethod once, found a list'],
    );
  });
});
