import { deepEqual } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

/** A configuration with `auth.dynamic` and more of `auth`; its realm has the roles trusted and user. */
const folderOf = (t: TestContext, dynamic: string, more = ''): Promise<ConfigurationFolder> =>
  ConfigurationFolder.make(t, {
    'a.yaml': `${MINIMAL.replace('      - name: trusted\n', '      - name: trusted\n      - name: user\n')}  dynamic: ${dynamic}
${more}`,
  });

const KINDS = '  ticket: { kinds: [single_use, dynamic] }\n';
const GRANTS = 'realms: [realm1], roles: [user]';
const TICKET = `{ authmethod: ticket, procedure: com.example.login, ${GRANTS} }`;

describe('dynamic authenticators of the configuration', () => {
  it('are none by default', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    deepEqual((await folder.load('a.yaml')).config.auth.dynamic, []);
  });

  it('have the time of an authenticator, and are in the realm of the client, unless told otherwise', async (t) => {
    const anonymous = `{ authmethod: anonymous, procedure: a.b, realm: realm1, timeout: 1s, ${GRANTS} }`;
    const folder = await folderOf(t, `[${TICKET}, ${anonymous}]`, `${KINDS}  order: [anonymous]\n`);
    const { auth } = (await folder.load('a.yaml')).config;
    deepEqual(auth.dynamic, [
      {
        authmethod: 'ticket',
        procedure: 'com.example.login',
        realm: undefined,
        realms: ['realm1'],
        roles: ['user'],
        timeoutMs: 5000,
      },
      {
        authmethod: 'anonymous',
        procedure: 'a.b',
        realm: 'realm1',
        realms: ['realm1'],
        roles: ['user'],
        timeoutMs: 1000,
      },
    ]);
  });

  for (const [name, dynamic, more, problem] of [
    [
      'for tickets without the kind',
      `[${TICKET}]`,
      '',
      '/auth/ticket/kinds: expected the kind dynamic, as auth.dynamic has an entry for ticket, found a list',
    ],
    [
      'for tickets before other kinds',
      `[${TICKET}]`,
      '  ticket: { kinds: [dynamic, single_use] }\n',
      '/auth/ticket/kinds/0: expected dynamic at the end, as it takes whatever no other kind takes, found "dynamic"',
    ],
    [
      'for tickets beside passwords',
      `[${TICKET}]`,
      '  ticket: { kinds: [dynamic, password] }\n',
      '/auth/ticket/kinds: expected either password or dynamic, as both take whatever no other kind takes, found a list',
    ],
    [
      'for tickets without a procedure',
      '[]',
      KINDS,
      '/auth/dynamic: expected an entry for ticket, as auth.ticket.kinds has dynamic, found an empty list',
    ],
    [
      'of one authmethod twice',
      `[${TICKET}, ${TICKET}]`,
      KINDS,
      '/auth/dynamic/1/authmethod: expected each authmethod once, found "ticket"',
    ],
    [
      'with a procedure of the router',
      `[{ authmethod: ticket, procedure: wamp.session.count, ${GRANTS} }]`,
      KINDS,
      '/auth/dynamic/0/procedure: expected a procedure that clients may register, found "wamp.session.count"',
    ],
    [
      'in an unknown realm',
      `[{ authmethod: ticket, procedure: a.b, realm: realm2, ${GRANTS} }]`,
      KINDS,
      '/auth/dynamic/0/realm: expected one of the realms, found "realm2"',
    ],
    [
      'that grant a role which is not there',
      '[{ authmethod: ticket, procedure: a.b, realms: [realm1], roles: [boss] }]',
      KINDS,
      '/auth/dynamic/0/roles/0: expected a role of one of these realms, found "boss"',
    ],
    [
      'with more time than a handshake has',
      `[{ authmethod: ticket, procedure: a.b, timeout: 11s, ${GRANTS} }]`,
      KINDS,
      '/auth/dynamic/0/timeout: expected at most the duration of limits.auth, which it is a part of, found "11s"',
    ],
    [
      'of a method that is a provider’s',
      `[${TICKET}]`,
      `${KINDS}  providers: { listeners: [trusted], roles: [trusted], methods: [{ name: ticket, ${GRANTS} }] }\n`,
      '/auth/dynamic/0/authmethod: expected an authmethod that is not one of auth.providers.methods too, found "ticket"',
    ],
  ] as const) {
    it(`are refused ${name}`, async (t) => {
      const problems = await (await folderOf(t, dynamic, more)).problems('a.yaml');
      deepEqual(
        problems.map((line) => line.replace(/^\S+ /u, '')),
        [problem],
      );
    });
  }
});
