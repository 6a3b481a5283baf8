import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthenticationRequest, Authenticator } from '../../src/router/authenticator.js';
import { Handshake, type Admission, type HandshakeOptions } from '../../src/router/handshake.js';
import { ProtocolViolation } from '../../src/router/protocol/errors.js';
import type { List } from '../../src/router/protocol/message.js';
import { DEFAULT_URI_LIMITS } from '../../src/router/protocol/uri.js';
import { silentLogger } from '../../src/router/logger.js';
import { Realm } from '../../src/router/realm.js';
import { CloseCode } from '../../src/router/transport/close-codes.js';
import { HandshakeTurns } from '../../src/router/transport/turns/handshake-turns.js';
import type { TransportReceiver } from '../../src/router/transport/transport.js';
import { believingAuthenticator, GUEST } from '../support/open-entrance.js';
import { CLIENT_ROLES } from '../support/peer.js';
import { recordingTransport } from '../support/recording-session.js';
import { testRealm } from '../support/test-router.js';
import { toMessage } from '../support/wire.js';

const realm = new Realm(testRealm(), {
  logger: silentLogger,
  authorizerMs: 1000,
  callTimeoutMs: 1000,
  uriLimits: DEFAULT_URI_LIMITS,
  expiry: { graceMs: 25_000, action: 'close' },
});

interface HandshakeUnderTest {
  readonly admission: Promise<Admission>;
  readonly receive: (...wires: readonly List[]) => void;
  readonly receiver: TransportReceiver;
  readonly sent: readonly List[];
}

function begin(changes: Partial<HandshakeOptions> = {}): HandshakeUnderTest {
  let receiver: TransportReceiver | undefined;
  const transport = {
    ...recordingTransport(),
    open: (next: TransportReceiver) => {
      receiver = next;
    },
  };
  const admission = new Handshake({
    transport,
    authenticators: [believingAuthenticator],
    findRealm: (name) => (name === realm.name ? realm : undefined),
    helloMs: 5000,
    authMs: 10_000,
    isFollowUp: false,
    turns: new HandshakeTurns(),
    ...changes,
  }).run();
  if (receiver === undefined) throw new TypeError('the handshake does not listen');
  const { onmessage } = receiver;
  return {
    admission,
    receiver,
    sent: transport.sent,
    receive: (...wires) => {
      for (const wire of wires) onmessage(toMessage(wire));
    },
  };
}

const hello = (details: object = {}, name = 'realm1'): List => [
  1,
  name,
  { roles: CLIENT_ROLES, ...details },
];

/** Lets `use` decide what becomes of a request. */
const authenticator = (
  use: (request: AuthenticationRequest) => Promise<unknown>,
  authmethod = 'jwt',
): Authenticator => ({
  authmethod,
  authenticate: async (request) => {
    await use(request);
    return { ...GUEST, authmethod };
  },
});
const forAnyone = (use: (request: AuthenticationRequest) => Promise<unknown>): Authenticator => ({
  ...authenticator(use, 'none'),
  authmethod: undefined,
});
const never = (): Promise<never> => new Promise(() => undefined);

describe('Handshake', () => {
  it('resolves with the realm, the principal, the roles and a session id', async () => {
    const { admission, receive } = begin();
    receive(hello({ authid: 'bob', extra: 1 }));
    const { session, ...rest } = await admission;
    equal(session > 0, true);
    deepEqual(rest, { realm, principal: { ...GUEST, authid: 'bob' }, roles: CLIENT_ROLES });
  });

  it('tells the authenticator what HELLO said and where it came from', async () => {
    let seen: AuthenticationRequest | undefined;
    const { admission, receive } = begin({
      authenticators: [
        forAnyone((request) => {
          seen = request;
          return Promise.resolve();
        }),
      ],
    });
    receive(hello({ authid: 'bob' }));
    const { session } = await admission;
    deepEqual(
      [seen?.session, seen?.realm, seen?.details['authid'], seen?.transport.listener],
      [session, 'realm1', 'bob', 'test'],
    );
    equal(seen?.signal.aborted, true);
  });

  it('sends CHALLENGE and hands over the AUTHENTICATE that answers it', async () => {
    let answer: unknown;
    const { admission, receive, sent } = begin({
      authenticators: [
        authenticator(async ({ challenge }) => {
          answer = await challenge('jwt', { a: 1 });
        }),
      ],
    });
    receive(hello({ authmethods: ['jwt'] }));
    await Promise.resolve();
    deepEqual(sent, [[4, 'jwt', { a: 1 }]]);
    receive([5, 'token', { b: 2 }]);
    await admission;
    deepEqual(answer, { type: 5, signature: 'token', extra: { b: 2 } });
  });

  it('challenges at most once', async () => {
    const { admission, receive } = begin({
      authenticators: [
        authenticator(async ({ challenge }) => {
          await challenge('jwt', {});
          await challenge('jwt', {});
        }),
      ],
    });
    receive(hello({ authmethods: ['jwt'] }));
    await Promise.resolve();
    receive([5, 'token', {}]);
    await rejects(admission, { message: 'at most one CHALLENGE for each HELLO' });
  });
});

describe('the choice of an authenticator', () => {
  const jwt = authenticator(() => Promise.resolve(), 'jwt');
  const ticket = authenticator(() => Promise.resolve(), 'ticket');

  for (const [authenticators, authmethods, chosen] of [
    [[jwt, ticket], ['ticket', 'jwt'], 'jwt'],
    [[ticket, jwt], ['ticket', 'jwt'], 'ticket'],
    [[jwt, ticket], ['anonymous', 'ticket'], 'ticket'],
    [[jwt], ['jwt', 'jwt'], 'jwt'],
    [[forAnyone(() => Promise.resolve()), jwt], [], 'none'],
  ] as const) {
    it(`is ${chosen} when ${JSON.stringify(authmethods)} are offered`, async () => {
      const { admission, receive } = begin({ authenticators });
      receive(hello({ authmethods }));
      equal((await admission).principal.authmethod, chosen);
    });
  }

  for (const [offered, reason] of [
    [{}, 'wamp.error.authentication_required'],
    [{ authmethods: [] }, 'wamp.error.authentication_required'],
    [{ authmethods: ['anonymous'] }, 'wamp.error.authentication_required'],
    [{ authmethods: ['wampcra', 'anonymous'] }, 'wamp.error.no_matching_auth_method'],
    [{ authmethods: ['JWT'] }, 'wamp.error.no_matching_auth_method'],
  ] as const) {
    it(`refuses ${JSON.stringify(offered)} with ${reason}`, async () => {
      const { admission, receive } = begin({ authenticators: [jwt] });
      receive(hello(offered));
      await rejects(admission, { name: 'AuthenticationRefused', reason });
    });
  }

  it('passes over those that let nobody into the realm that the client wants', async () => {
    const elsewhere = { ...jwt, isFor: (name: string) => name !== realm.name };
    const chosen = begin({ authenticators: [elsewhere, ticket] });
    chosen.receive(hello({ authmethods: ['jwt', 'ticket'] }));
    equal((await chosen.admission).principal.authmethod, 'ticket');
    const refused = begin({ authenticators: [elsewhere] });
    refused.receive(hello({ authmethods: ['jwt'] }));
    await rejects(refused.admission, { reason: 'wamp.error.no_matching_auth_method' });
  });

  it('finds nobody who would let anyone in when there are no authenticators', async () => {
    const { admission, receive } = begin({ authenticators: [] });
    receive(hello({ authmethods: ['jwt'] }));
    await rejects(admission, { reason: 'wamp.error.no_matching_auth_method' });
  });
});

describe('the refusals of a handshake', () => {
  // URI-6
  it('refuses a realm that is no URI', async () => {
    const { admission, receive } = begin();
    receive(hello({}, 'a realm'));
    await rejects(admission, { reason: 'wamp.error.invalid_uri' });
  });

  // SES-5
  it('refuses an unknown realm', async () => {
    const { admission, receive } = begin();
    receive(hello({}, 'realm2'));
    await rejects(admission, { reason: 'wamp.error.no_such_realm' });
  });

  it('refuses a principal whose role the realm does not have', async () => {
    const { admission, receive } = begin();
    receive(hello({ authextra: { role: 'king' } }));
    await rejects(admission, { reason: 'wamp.error.no_such_role' });
  });

  // SES-8, PV-4 to PV-7
  for (const wire of [
    [5, 'token', {}],
    [6, {}, 'a.b'],
    [8, 68, 1, {}, 'a.b'],
    [16, 1, {}, 'a.b'],
    [32, 1, {}, 'a.b'],
    [34, 1, 1],
    [48, 1, {}, 'a.b'],
    [49, 1, {}],
    [64, 1, {}, 'a.b'],
    [66, 1, 1],
    [70, 1, {}],
  ]) {
    it(`takes ${JSON.stringify(wire)} instead of HELLO for a violation`, async () => {
      const { admission, receive } = begin();
      receive(wire);
      await rejects(admission, { name: 'HandshakeViolation', message: 'HELLO is expected now' });
    });

    it(`takes ${JSON.stringify(wire)} after another session for the end`, async () => {
      const { admission, receive } = begin({ isFollowUp: true });
      receive(wire);
      await rejects(admission, { name: 'PeerGone' });
    });
  }

  // SES-10
  it('takes a second HELLO for a violation', async () => {
    const { admission, receive } = begin({ authenticators: [forAnyone(never)] });
    receive(hello(), hello());
    await rejects(admission, { message: 'no message is expected now' });
  });

  it('takes anything but AUTHENTICATE after CHALLENGE for a violation', async () => {
    let refused: unknown;
    const { admission, receive } = begin({
      authenticators: [
        authenticator(({ challenge }) =>
          challenge('jwt', {}).catch((error: unknown) => {
            refused = error;
            throw error;
          }),
        ),
      ],
    });
    receive(hello({ authmethods: ['jwt'] }));
    await Promise.resolve();
    receive(hello());
    await rejects(admission, { message: 'AUTHENTICATE is expected now' });
    await Promise.resolve();
    equal(refused instanceof Error && refused.name, 'PeerGone');
  });

  it('passes on the close code that a transport wants for its violation', async () => {
    const { admission, receiver } = begin();
    receiver.onviolation(new ProtocolViolation('binary'), CloseCode.unsupportedData);
    await rejects(admission, { name: 'HandshakeViolation', message: 'binary', closeCode: 1003 });
  });

  // SES-16
  it('is over without a word when the client sends ABORT or is lost', async () => {
    const first = begin();
    first.receive([3, {}, 'a.b']);
    await rejects(first.admission, { name: 'PeerGone' });
    const second = begin();
    second.receiver.onclose(1006);
    await rejects(second.admission, { name: 'ConnectionLost' });
  });

  it('passes on what an authenticator throws', async () => {
    const defect = new Error('defect');
    const { admission, receive } = begin({
      authenticators: [forAnyone(() => Promise.reject(defect))],
    });
    receive(hello());
    await rejects(admission, defect);
  });
});

describe('the deadlines of a handshake', () => {
  it('end it when HELLO has not come in time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { admission } = begin();
    const rejection = rejects(admission, { name: 'HandshakeTimeout' });
    t.mock.timers.tick(4999);
    t.mock.timers.tick(1);
    await rejection;
  });

  it('leave more time for AUTHENTICATE, counted from the beginning', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const signals: AbortSignal[] = [];
    const { admission, receive } = begin({
      authenticators: [
        authenticator(async ({ challenge, signal }) => {
          signals.push(signal);
          await challenge('jwt', {});
        }),
      ],
    });
    const rejection = rejects(admission, { name: 'HandshakeTimeout' });
    t.mock.timers.tick(4999);
    receive(hello({ authmethods: ['jwt'] }));
    await Promise.resolve();
    // The time for HELLO, then almost all of the rest.
    t.mock.timers.tick(1);
    t.mock.timers.tick(4999);
    deepEqual(
      signals.map(({ aborted }) => aborted),
      [false],
    );
    t.mock.timers.tick(1);
    await rejection;
    deepEqual(
      signals.map(({ aborted }) => aborted),
      [true],
    );
  });

  it('reject a challenge that comes after the end, so that no authenticator waits for ever', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let late: Promise<unknown> = Promise.resolve();
    const requests: AuthenticationRequest[] = [];
    const { admission, receive, sent } = begin({
      authenticators: [
        forAnyone((request) => {
          requests.push(request);
          return never();
        }),
      ],
    });
    receive(hello());
    const rejection = rejects(admission, { name: 'HandshakeTimeout' });
    await Promise.resolve();
    t.mock.timers.tick(5000);
    t.mock.timers.tick(5000);
    await rejection;
    for (const { challenge } of requests) late = challenge('jwt', {});
    await rejects(late, { name: 'PeerGone' });
    deepEqual(sent, []);
  });
});
