import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  AuthmethodRegistry,
  REGISTER_METHOD,
} from '../../../src/auth/providers/authmethod-registry.js';
import { ProcedureAuthenticator } from '../../../src/auth/providers/procedure-authenticator.js';
import {
  AuthenticationRefused,
  AuthenticatorUnavailable,
  Uri,
  WampError,
  type AuthenticationRequest,
  type CallResult,
  type Dict,
  type List,
} from '../../../src/router/index.js';
import { MessageType, type Authenticate } from '../../../src/router/protocol/message.js';
import { requestWith } from '../support/authentication-request.js';
import { Deferred } from '../support/deferred.js';
import { FakeRealm, type FakeClient } from '../support/fake-realm.js';
import { MemoryLogger } from '../support/memory-logger.js';

const ONHELLO = 'thruway.auth.jwt.onhello';
const ONAUTHENTICATE = 'thruway.auth.jwt.onauthenticate';
const CHALLENGE = ['CHALLENGE', { challenge: {}, challenge_method: 'jwt' }];
const SUCCESS = ['SUCCESS', { authid: 'joe', authroles: ['sales'] }];

type Answer = List | (() => CallResult | Promise<CallResult>);

const result = (args: List): CallResult => ({ args, kwargs: {} });
const toHandler = (answer: Answer): (() => CallResult | Promise<CallResult>) =>
  typeof answer === 'function' ? answer : () => result(answer);

interface Setup {
  readonly authenticator: ProcedureAuthenticator;
  /** The router's client, whose calls are kept. */
  readonly caller: FakeClient;
  readonly provider: FakeClient;
  readonly registry: AuthmethodRegistry;
  readonly logger: MemoryLogger;
}

/** A router's end and a provider that gives these answers. */
async function setUp(
  answers: {
    readonly onhello?: Answer;
    readonly onauthenticate?: Answer;
    readonly challenge?: Dict;
    readonly hello_message?: boolean;
  },
  realms: readonly string[] = ['*'],
): Promise<Setup> {
  const realm = new FakeRealm();
  const [caller, provider] = [realm.connect(), realm.connect()];
  const logger = new MemoryLogger();
  const registry = new AuthmethodRegistry({ client: realm.connect(), methods: ['jwt'] });
  await registry.start();
  await provider.register(ONHELLO, toHandler(answers.onhello ?? CHALLENGE));
  await provider.register(ONAUTHENTICATE, toHandler(answers.onauthenticate ?? SUCCESS));
  await provider.call(REGISTER_METHOD, [
    'jwt',
    {
      onhello: ONHELLO,
      onauthenticate: ONAUTHENTICATE,
      ...(answers.challenge && { challenge: answers.challenge }),
      ...(answers.hello_message !== undefined && { hello_message: answers.hello_message }),
    },
    realms,
  ]);
  const authenticator = new ProcedureAuthenticator({
    authmethod: 'jwt',
    registry,
    client: caller,
    roles: ['sales', 'user'],
    logger,
  });
  return { authenticator, caller, provider, registry, logger };
}

const authenticate = (signature: string): Authenticate => ({
  type: MessageType.Authenticate,
  signature,
  extra: {},
});

/** A client that answers each CHALLENGE with this token. */
const answering = (signature: string, details: Dict = {}): AuthenticationRequest =>
  requestWith({ details, challenge: () => Promise.resolve(authenticate(signature)) });

async function refusalOf(
  authenticator: ProcedureAuthenticator,
  request = answering('the-token'),
): Promise<AuthenticationRefused> {
  try {
    await authenticator.authenticate(request);
  } catch (error) {
    assert.ok(error instanceof AuthenticationRefused, String(error));
    return error;
  }
  return assert.fail('nobody was refused');
}

// Thruway's provider protocol
describe('ProcedureAuthenticator', () => {
  it('asks in Thruway’s shapes', async () => {
    const { authenticator, caller } = await setUp({});
    const challenges: unknown[] = [];
    const details = { roles: { caller: {} }, authmethods: ['jwt'], authid: 'joe' };
    const request = requestWith({
      details,
      challenge: (method, extra) => {
        challenges.push([method, extra]);
        return Promise.resolve(authenticate('the-token'));
      },
    });
    assert.deepEqual(await authenticator.authenticate(request), {
      authid: 'joe',
      authrole: 'sales',
      authmethod: 'jwt',
      authprovider: 'jwt',
      details: { authroles: ['sales'] },
    });
    const transport = {
      ...{ type: 'ratchet', transport_address: '192.0.2.7', headers: {}, url: '/ws' },
      ...{ query_params: [], cookies: [] },
    };
    const hello = [1, 'realm1', { ...details, transport }];
    assert.deepEqual(caller.calls, [
      { procedure: ONHELLO, args: [hello, { sessionId: request.session, realm: 'realm1' }] },
      {
        procedure: ONAUTHENTICATE,
        args: [
          {
            extra: { challenge_details: { challenge: {}, challenge_method: 'jwt' } },
            authid: 'joe',
            challenge: {},
            signature: 'the-token',
            authmethod: 'jwt',
            hello_message: hello,
          },
        ],
      },
    ]);
    assert.deepEqual(challenges, [['jwt', { challenge: {}, challenge_method: 'jwt' }]]);
  });

  it('passes the whole CHALLENGE on under the provider’s name for the method', async () => {
    const extra = { challenge: '{"nonce":1}', challenge_method: 'wampcra', salt: 'x' };
    const { authenticator } = await setUp({ onhello: ['CHALLENGE', extra] });
    let sent: unknown;
    const request = requestWith({
      challenge: (...challenge) => {
        sent = challenge;
        return Promise.resolve(authenticate('s'));
      },
    });
    await authenticator.authenticate(request);
    assert.deepEqual(sent, ['wampcra', extra]);
  });

  it('sends the challenge that the provider gives everybody without asking it', async () => {
    const extra = { challenge: 'same', challenge_method: 'jwt' };
    const { authenticator, caller } = await setUp({ challenge: extra });
    const challenges: unknown[] = [];
    const request = requestWith({
      challenge: (...challenge) => {
        challenges.push(challenge);
        return Promise.resolve(authenticate('s'));
      },
    });
    await authenticator.authenticate(request);
    assert.deepEqual(challenges, [['jwt', extra]]);
    assert.deepEqual(
      caller.calls.map(({ procedure }) => procedure),
      [ONAUTHENTICATE],
    );
  });

  it('spares a provider HELLO with the proof that has said so', async () => {
    const { authenticator, caller } = await setUp({ hello_message: false });
    await authenticator.authenticate(answering('the-token', { authid: 'joe' }));
    assert.deepEqual(caller.calls[1]?.args, [
      {
        extra: { challenge_details: { challenge: {}, challenge_method: 'jwt' } },
        authid: 'joe',
        challenge: {},
        signature: 'the-token',
        authmethod: 'jwt',
      },
    ]);
  });

  it('names an authid that is not there null', async () => {
    const { authenticator, caller } = await setUp({});
    await authenticator.authenticate(answering('the-token'));
    assert.match(JSON.stringify(caller.calls[1]), /"authid":null/);
  });

  it('sends no CHALLENGE when the provider wants none', async () => {
    const { authenticator, caller } = await setUp({
      onhello: ['NOCHALLENGE', { authid: 'joe', authrole: 'user' }],
    });
    const principal = await authenticator.authenticate(requestWith());
    assert.equal(principal.authid, 'joe');
    assert.equal(principal.authrole, 'user');
    assert.equal(caller.calls.length, 1);
  });

  it('takes the end of the token and the log-in from the answer, which stays inside', async () => {
    const authextra = { expires_at: 1_800_000_300, refresh_at: 1_800_000_240 };
    const { authenticator } = await setUp({
      onauthenticate: [
        'SUCCESS',
        { authid: 'joe', authrole: 'user', authextra, _expressway_login: 'l1' },
      ],
    });
    const principal = await authenticator.authenticate(answering('the-token'));
    assert.equal(principal.expiresAt, 1_800_000_300_000);
    assert.equal(principal.login, 'l1');
    assert.deepEqual(principal.authextra, authextra);
    assert.doesNotMatch(JSON.stringify(principal.details), /l1/);
  });

  it('lets the rejection of a challenge pass through', async () => {
    const { authenticator } = await setUp({});
    const gone = new RangeError('the client left');
    await assert.rejects(
      authenticator.authenticate(requestWith({ challenge: () => Promise.reject(gone) })),
      gone,
    );
  });
});

describe('ProcedureAuthenticator when the provider refuses', () => {
  for (const phase of ['onhello', 'onauthenticate'] as const) {
    it(`denies after a bare FAILURE of ${phase}`, async () => {
      const { authenticator } = await setUp({ [phase]: ['FAILURE'] });
      const { reason, message, details } = await refusalOf(authenticator);
      assert.deepEqual(
        [reason, message, details],
        [Uri.authenticationDenied, 'authentication_denied', {}],
      );
    });

    it(`passes on the reason and the details that ${phase} gives`, async () => {
      const failure = {
        abort_uri: 'com.example.locked',
        details: { message: 'locked', minutes: 5 },
      };
      const { authenticator } = await setUp({ [phase]: ['FAILURE', failure] });
      const { reason, message, details } = await refusalOf(authenticator);
      assert.deepEqual(
        [reason, message, details],
        ['com.example.locked', 'locked', { minutes: 5 }],
      );
    });
  }

  it('denies for a realm that the provider does not cover, without asking it', async () => {
    const { authenticator, caller } = await setUp({}, ['realm2']);
    const { reason } = await refusalOf(authenticator);
    assert.equal(reason, Uri.noMatchingAuthMethod);
    assert.deepEqual(caller.calls, []);
  });
});

// J9
describe('ProcedureAuthenticator on the authid of HELLO', () => {
  for (const details of [{}, { authid: 'joe' }, { authid: 'anonymous' }, { authid: null }]) {
    it(`accepts ${JSON.stringify(details)} from joe`, async () => {
      const { authenticator } = await setUp({});
      const principal = await authenticator.authenticate(answering('the-token', details));
      assert.equal(principal.authid, 'joe');
    });
  }

  for (const authid of ['root', 'Joe', 'joe ', '', 7, ['joe']]) {
    it(`refuses ${JSON.stringify(authid)} from joe`, async () => {
      const { authenticator } = await setUp({});
      const refusal = await refusalOf(authenticator, answering('the-token', { authid }));
      assert.equal(refusal.reason, Uri.authenticationDenied);
      assert.equal(refusal.message, 'authid_mismatch');
    });
  }

  it('refuses it without a challenge, too', async () => {
    const { authenticator } = await setUp({
      onhello: ['NOCHALLENGE', { authid: 'joe', authrole: 'user' }],
    });
    const refusal = await refusalOf(authenticator, requestWith({ details: { authid: 'root' } }));
    assert.equal(refusal.message, 'authid_mismatch');
  });
});

// W5: the provider ran and failed
describe('ProcedureAuthenticator when the provider fails', () => {
  const failures: readonly [string, Parameters<typeof setUp>[0]][] = [
    ['throws at HELLO', { onhello: () => Promise.reject(new Error('canary')) }],
    ['throws at AUTHENTICATE', { onauthenticate: () => Promise.reject(new Error('canary')) }],
    [
      'answers an error of its own',
      { onauthenticate: () => Promise.reject(new WampError('com.example.canary', ['canary'])) },
    ],
    ['answers ERROR', { onauthenticate: ['ERROR'] }],
    ['answers nothing', { onauthenticate: [] }],
    ['answers HELLO with one word', { onhello: ['CHALLENGE'] }],
    ['answers what nobody knows', { onhello: ['canary', {}] }],
    ['challenges twice', { onauthenticate: CHALLENGE }],
    [
      'grants a role that it may not grant',
      { onauthenticate: ['SUCCESS', { authid: 'joe', authrole: 'admin' }] },
    ],
    ['grants no role', { onauthenticate: ['SUCCESS', { authid: 'joe' }] }],
    ['names nobody', { onauthenticate: ['SUCCESS', { authid: '', authrole: 'user' }] }],
  ];
  for (const [what, answers] of failures) {
    it(`says authentication_failed and no more when it ${what}`, async () => {
      const { authenticator, logger } = await setUp(answers);
      const { reason, message, details } = await refusalOf(authenticator);
      assert.deepEqual(
        [reason, message, details],
        [Uri.authenticationFailed, 'authentication_failed', {}],
      );
      assert.equal(logger.lines.length, 1);
      assert.doesNotMatch(logger.lines.join(), /the-token/);
    });
  }
});

// W5: nobody there to decide
describe('ProcedureAuthenticator without a provider', () => {
  it('is unavailable before one has registered', async () => {
    const realm = new FakeRealm();
    const registry = new AuthmethodRegistry({ client: realm.connect(), methods: ['jwt'] });
    const options = { authmethod: 'jwt', registry, client: realm.connect(), roles: ['user'] };
    const authenticator = new ProcedureAuthenticator(options);
    await assert.rejects(authenticator.authenticate(answering('t')), AuthenticatorUnavailable);
  });

  it('is unavailable once it has left', async () => {
    const { authenticator, provider, registry } = await setUp({});
    provider.close();
    registry.removeProvider(provider.session);
    await assert.rejects(authenticator.authenticate(answering('t')), AuthenticatorUnavailable);
  });

  it('is unavailable when its procedures are gone', async () => {
    const { authenticator, provider } = await setUp({});
    provider.close();
    await assert.rejects(authenticator.authenticate(answering('t')), AuthenticatorUnavailable);
  });

  for (const phase of ['onhello', 'onauthenticate'] as const) {
    it(`is unavailable when it leaves during ${phase}`, async () => {
      const { authenticator } = await setUp({
        [phase]: () => Promise.reject(new WampError(Uri.canceled)),
      });
      await assert.rejects(authenticator.authenticate(answering('t')), AuthenticatorUnavailable);
    });
  }

  it('is unavailable when the call times out in the dealer', async () => {
    const { authenticator } = await setUp({
      onhello: () => Promise.reject(new WampError(Uri.timeout)),
    });
    await assert.rejects(authenticator.authenticate(answering('t')), AuthenticatorUnavailable);
  });

  it('is unavailable when it takes more than 5 s', async (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const asked = new Deferred<undefined>();
    const { authenticator, logger } = await setUp({
      onhello: () => {
        asked.resolve(undefined);
        return new Promise(() => undefined);
      },
    });
    const waiting = authenticator.authenticate(answering('t'));
    await asked.promise;
    t.mock.timers.tick(5_000);
    await assert.rejects(waiting, AuthenticatorUnavailable);
    assert.match(logger.lines.join(), /no answer in time/);
  });

  it('says nothing of a provider that fails when the client has gone', async () => {
    const gone = new AbortController();
    const { authenticator, logger } = await setUp({
      onhello: () => {
        gone.abort();
        throw new WampError('com.example.error');
      },
    });
    await assert.rejects(
      authenticator.authenticate(requestWith({ signal: gone.signal })),
      WampError,
    );
    assert.deepEqual(logger.lines, []);
  });
});
