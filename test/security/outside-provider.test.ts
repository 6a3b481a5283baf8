// Providers of Thruway's kind from outside, on the wire, inside the started application (W5, W9).
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { providerEnvironment, ThruwayProvider } from '../support/thruway-provider.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, type WireClient } from '../support/wire-client.js';
import { RecordingLogger } from '../web/running-web.js';

const TRY_AGAIN_LATER = 1013;
const SSO = providerEnvironment('[{ name: sso, realms: [realm1], roles: [user] }]');

const hello = (details: object = {}): unknown[] => [
  1,
  'realm1',
  { ...ALL_ROLES, authmethods: ['sso'], ...details },
];

/** The next message, or the code with which the connection closes before one comes. */
const next = (client: WireClient): Promise<unknown[] | number> =>
  Promise.race([client.receive(), client.closed]);

async function says(
  t: TestContext,
  application: Application,
  details?: object,
): Promise<WireClient> {
  const client = await connectWire(t, webSocketUrl(application));
  client.send(hello(details));
  return client;
}

/** A client that goes all the way to the answer that the provider then gives. */
async function outcomeOf(
  t: TestContext,
  { application, provider }: Started,
  answer: readonly unknown[],
): Promise<unknown[] | number> {
  const client = await says(t, application);
  const decided = provider.decide(answer);
  await client.receive();
  client.send([5, 'a-ticket', {}]);
  await decided;
  return next(client);
}

interface Started {
  readonly application: Application;
  readonly provider: ThruwayProvider;
}

async function startWithProvider(
  t: TestContext,
  environment = SSO,
  logger?: RecordingLogger,
): Promise<Started> {
  const application = await startTestApplication(t, environment, logger);
  const provider = await ThruwayProvider.join(t, application);
  deepEqual(await provider.announce('sso'), ['SUCCESS']);
  return { application, provider };
}

const readyStatus = async ({ publicUrl }: Application): Promise<number> =>
  (await fetch(`${publicUrl}/readyz`)).status;

describe('a provider from outside', () => {
  it('is asked in Thruway’s shapes, and what it says goes into WELCOME', async (t) => {
    const { application, provider } = await startWithProvider(t);
    const client = await connectWire(t, `${webSocketUrl(application)}?code=7`, { cookie: 'a=b' });
    client.send(hello({ authid: 'joe', transport: { type: 'forged' } }));
    const first = await provider.asked();
    equal(first.procedure, 'onhello');
    const [message, about] = first.args as [[number, string, Record<string, unknown>], object];
    const { transport, ...details } = message[2];
    deepEqual(
      [message[0], message[1], details],
      [1, 'realm1', { ...ALL_ROLES, authmethods: ['sso'], authid: 'joe' }],
    );
    const { headers, transport_address, ...place } = transport as {
      headers: Record<string, unknown>;
      transport_address: unknown;
    };
    deepEqual(place, {
      type: 'ratchet',
      url: '/ws',
      query_params: { code: '7' },
      cookies: ['a=b'],
    });
    equal(transport_address, '127.0.0.1');
    deepEqual(headers['cookie'], ['a=b']);
    const challenge = { challenge: { n: 1 }, challenge_method: 'sso', hint: 'x' };
    provider.answer(first, ['CHALLENGE', challenge]);
    deepEqual(await client.receive(), [4, 'sso', challenge]);
    client.send([5, 'a-ticket', {}]);
    const second = await provider.asked();
    equal(second.procedure, 'onauthenticate');
    deepEqual(second.args, [
      {
        extra: { challenge_details: challenge },
        authid: 'joe',
        challenge: { n: 1 },
        signature: 'a-ticket',
        authmethod: 'sso',
        hello_message: message,
      },
    ]);
    provider.answer(second, ['SUCCESS', { authid: 'joe', authroles: ['user'], team: 'sales' }]);
    const [type, session, welcome] = await client.receive();
    const { authid, authrole, authroles, authmethod, authprovider, team } = welcome as Record<
      string,
      unknown
    >;
    equal(type, 2);
    deepEqual(about, { sessionId: session, realm: 'realm1' });
    deepEqual([authid, authrole, authroles], ['joe', 'user', ['user']]);
    deepEqual([authmethod, authprovider, team], ['sso', 'sso', 'sales']);
  });

  it('lets in without a challenge by NOCHALLENGE', async (t) => {
    const { application, provider } = await startWithProvider(t);
    const client = await says(t, application);
    provider.answer(await provider.asked(), ['NOCHALLENGE', { authid: 'ada', authrole: 'user' }]);
    equal((await client.receive())[0], 2);
  });

  it('names nobody: then it is authenticated_user, whoever the client claims to be', async (t) => {
    const roles = '[{ name: sso, realms: [realm1], roles: [authenticated_user] }]';
    const { application, provider } = await startWithProvider(t, {
      ...providerEnvironment(roles),
      EXPRESSWAY_REALMS__0__ROLES__3: '{ name: authenticated_user }',
    });
    const client = await says(t, application, { authid: 'root' });
    provider.answer(await provider.asked(), ['NOCHALLENGE', []]);
    const [, , details] = await client.receive();
    const { authid, authrole } = details as Record<string, unknown>;
    deepEqual([authid, authrole], ['authenticated_user', 'authenticated_user']);
  });

  for (const [name, answer, expected] of [
    [
      'FAILURE',
      ['FAILURE'],
      [{ message: 'authentication_denied' }, 'wamp.error.authentication_denied'],
    ],
    [
      'FAILURE with a reason of its own',
      ['FAILURE', { abort_uri: 'com.example.banned', details: { message: 'banned', until: 5 } }],
      [{ message: 'banned', until: 5 }, 'com.example.banned'],
    ],
    [
      'ERROR',
      ['ERROR'],
      [{ message: 'authentication_failed' }, 'wamp.error.authentication_failed'],
    ],
    [
      'too short a list',
      [],
      [{ message: 'authentication_failed' }, 'wamp.error.authentication_failed'],
    ],
    [
      'a second CHALLENGE',
      ['CHALLENGE', { challenge: {}, challenge_method: 'sso' }],
      [{ message: 'authentication_failed' }, 'wamp.error.authentication_failed'],
    ],
    [
      'a role that it was not given to grant',
      ['SUCCESS', { authid: 'joe', authrole: 'admin' }],
      [{ message: 'authentication_failed' }, 'wamp.error.authentication_failed'],
    ],
    [
      'the role of the trusted listener',
      ['SUCCESS', { authid: 'joe', authroles: ['trusted'] }],
      [{ message: 'authentication_failed' }, 'wamp.error.authentication_failed'],
    ],
  ] as const) {
    it(`answers ${name}`, async (t) => {
      const outcome = await outcomeOf(t, await startWithProvider(t), answer);
      deepEqual(outcome, [3, ...expected]);
    });
  }

  it('cannot say what only the router’s own may', async (t) => {
    const said = { authid: 'joe', authrole: 'user', _expressway_login: 1, team: 'sales' };
    const [type, , details] = (await outcomeOf(t, await startWithProvider(t), [
      'SUCCESS',
      said,
    ])) as [number, number, Record<string, unknown>];
    deepEqual([type, details['team'], details['_expressway_login']], [2, 'sales', undefined]);
  });

  it('that throws refuses with authentication_failed and without its words', async (t) => {
    const logger = new RecordingLogger();
    const { application, provider } = await startWithProvider(t, SSO, logger);
    const client = await says(t, application);
    const extra = { challenge: 'canary', challenge_method: 'sso' };
    provider.answer(await provider.asked(), ['CHALLENGE', extra]);
    await client.receive();
    client.send([5, 'canary-ticket', {}]);
    provider.fail(await provider.asked(), 'thruway.error.unknown', ['canary: /etc/users']);
    deepEqual(await client.receive(), [
      3,
      { message: 'authentication_failed' },
      'wamp.error.authentication_failed',
    ]);
    match(logger.lines.join('\n'), /provider failed/u);
    doesNotMatch(logger.lines.join('\n'), /canary/u);
  });

  it('that is slow makes clients come back later', async (t) => {
    const slow = '[{ name: sso, realms: [realm1], roles: [user], timeout: 50ms }]';
    const { application, provider } = await startWithProvider(t, providerEnvironment(slow));
    const client = await says(t, application);
    const question = await provider.asked();
    equal(await next(client), TRY_AGAIN_LATER);
    // Its answer comes too late for anybody, and does not hurt.
    provider.answer(question, ['NOCHALLENGE', { authid: 'joe', authrole: 'user' }]);
    deepEqual(await outcomeOf(t, { application, provider }, ['FAILURE']), [
      3,
      { message: 'authentication_denied' },
      'wamp.error.authentication_denied',
    ]);
  });

  it('that is absent makes clients come back and the application not ready, until it is there', async (t) => {
    const logger = new RecordingLogger();
    const application = await startTestApplication(t, SSO, logger);
    equal(await next(await says(t, application)), TRY_AGAIN_LATER);
    equal(await readyStatus(application), 503);
    deepEqual(await application.readiness(), {
      isReady: false,
      reasons: ['nobody answers for sso'],
    });
    const provider = await ThruwayProvider.join(t, application);
    deepEqual(await provider.announce('sso'), ['SUCCESS']);
    equal(await readyStatus(application), 200);
    const client = await says(t, application);
    await provider.asked();
    provider.wire.drop();
    equal(await next(client), TRY_AGAIN_LATER);
    equal(await readyStatus(application), 503);
    const successor = await ThruwayProvider.join(t, application);
    deepEqual(await successor.announce('sso'), ['SUCCESS']);
    const back = await outcomeOf(t, { application, provider: successor }, [
      'SUCCESS',
      { authid: 'joe', authrole: 'user' },
    ]);
    equal((back as unknown[])[0], 2);
    match(logger.lines.join('\n'), /authentication provider left/u);
  });
});

describe('the auth realm', () => {
  it('is not there for anybody unless the configuration says so', async (t) => {
    const application = await startTestApplication(t);
    const trusted = await connectWire(t, application.trustedUrl);
    trusted.send([1, 'thruway.auth', ALL_ROLES]);
    deepEqual(await trusted.receive(), [
      3,
      { message: 'no such realm' },
      'wamp.error.no_such_realm',
    ]);
  });

  it('is there only for the listeners that are named', async (t) => {
    const application = await startTestApplication(t, SSO);
    const client = await connectWire(t, webSocketUrl(application));
    client.send([1, 'thruway.auth', { ...ALL_ROLES, authmethods: ['jwt'] }]);
    deepEqual(await client.receive(), [
      3,
      { message: 'no such realm' },
      'wamp.error.no_such_realm',
    ]);
  });

  it('is for users of the role that is named, where they must prove themselves', async (t) => {
    const application = await startTestApplication(t, {
      ...SSO,
      EXPRESSWAY_AUTH__PROVIDERS__LISTENERS: '[public]',
    });
    const client = await connectWire(t, webSocketUrl(application));
    client.send([1, 'thruway.auth', { ...ALL_ROLES, authmethods: ['jwt'] }]);
    await client.receive();
    client.send([5, makeToken(), {}]);
    const [type, , reason] = await client.receive();
    deepEqual([type, reason], [3, 'wamp.error.no_such_role']);
  });

  it('lets such a user in, and numbers its requests as it likes', async (t) => {
    const application = await startTestApplication(t, {
      ...SSO,
      EXPRESSWAY_AUTH__PROVIDERS__LISTENERS: '[public]',
      EXPRESSWAY_AUTH__PROVIDERS__ROLES: '[admin]',
    });
    const client = await connectWire(t, webSocketUrl(application));
    client.send([1, 'thruway.auth', { ...ALL_ROLES, authmethods: ['jwt'] }]);
    await client.receive();
    client.send([5, makeToken(), {}]);
    equal((await client.receive())[0], 2);
    client.send([64, 8_123_456_789, {}, 'thruway.auth.sso.onhello']);
    deepEqual((await client.receive()).slice(0, 2), [65, 8_123_456_789]);
    client.send([48, 5, {}, 'wamp.session.count']);
    deepEqual(await client.receive(), [8, 48, 5, {}, 'wamp.error.not_authorized']);
  });

  it('lets providers announce what is configured, register its procedures, and nothing else', async (t) => {
    const { wire } = await ThruwayProvider.join(t, await startTestApplication(t, SSO));
    const refusals: (readonly [request: unknown[], error: string])[] = [
      [[48, 1, {}, 'wamp.session.count'], 'wamp.error.not_authorized'],
      [[48, 2, {}, 'thruway.auth.jwt.onauthenticate', [{}]], 'wamp.error.not_authorized'],
      [[32, 3, {}, 'wamp.session.on_join'], 'wamp.error.not_authorized'],
      [[32, 4, { match: 'prefix' }, ''], 'wamp.error.not_authorized'],
      [[16, 5, { acknowledge: true }, 'a.b'], 'wamp.error.not_authorized'],
      [[64, 6, {}, 'thruway.auth.other.onhello'], 'wamp.error.not_authorized'],
      [[64, 7, {}, 'thruway.auth.jwt.onhello'], 'wamp.error.not_authorized'],
      [[64, 8, { match: 'prefix' }, 'thruway.auth.sso.'], 'wamp.error.not_authorized'],
      [[64, 9, {}, 'thruway.auth.registermethod'], 'wamp.error.not_authorized'],
    ];
    for (const [request, error] of refusals) {
      wire.send(request);
      deepEqual(await wire.receive(), [8, request[0], request[1], {}, error]);
    }
    for (const [method, uri, reply] of [
      ['other', 'thruway.auth.other.', 'Method is not configured'],
      ['jwt', 'thruway.auth.jwt.', 'Method is not configured'],
      ['sso', 'thruway.auth.jwt.', 'Handlers must be procedures of thruway.auth.sso.'],
    ] as const) {
      const handlers = { onhello: `${uri}onhello`, onauthenticate: `${uri}onauthenticate` };
      wire.send([48, 10, {}, 'thruway.auth.registermethod', [method, handlers, ['*']]]);
      deepEqual(await wire.receive(), [50, 10, {}, ['ERROR', reply]]);
    }
  });

  it('says goodbye to a provider in the words of old', async (t) => {
    const { wire } = await ThruwayProvider.join(t, await startTestApplication(t, SSO));
    wire.send([6, [], 'wamp.error.goodbye_and_out']);
    deepEqual(await wire.receive(), [6, {}, 'wamp.close.goodbye_and_out']);
  });
});

describe('a provider from outside for a method of ours', () => {
  it('takes its place, and none of its keys is needed', async (t) => {
    const application = await startTestApplication(t, {
      ...providerEnvironment('[{ name: jwt, realms: [realm1], roles: [user] }]', '[jwt]'),
      EXPRESSWAY_AUTH__JWT__KEYS: '[]',
    });
    const client = await connectWire(t, webSocketUrl(application));
    client.send(hello({ authmethods: ['jwt'] }));
    equal(await next(client), TRY_AGAIN_LATER);
    const provider = await ThruwayProvider.join(t, application);
    deepEqual(await provider.announce('jwt'), ['SUCCESS']);
    const again = await connectWire(t, webSocketUrl(application));
    again.send(hello({ authmethods: ['jwt'] }));
    const decided = provider.decide(['SUCCESS', { authid: 'joe', authrole: 'user' }]);
    await again.receive();
    again.send([5, 'any', {}]);
    await decided;
    equal((await again.receive())[0], 2);
  });
});
