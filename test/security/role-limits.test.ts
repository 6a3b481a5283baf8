// What a role's limits come to, against the started application: P1, P9 to P11, W11, and how sessions of one user add up.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ByteClient } from '../support/byte-client.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken, type WireClient } from '../support/wire-client.js';
import { WireSession } from '../support/wire-session.js';
import { JSON_CODEC } from '../support/client-codec.js';

const LIMIT_EXCEEDED = 'expressway.error.limit_exceeded';
/** Of role `user`, the second of the development configuration. */
const LIMITS = 'EXPRESSWAY_REALMS__0__ROLES__1__LIMITS__';

interface Setup {
  readonly join: (sub?: string) => Promise<WireClient>;
  readonly trustedUrl: string;
}

async function setUp(
  t: TestContext,
  limits: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Setup> {
  const allow = { publish: true, subscribe: true, call: true, register: true };
  const application = await startTestApplication(t, {
    EXPRESSWAY_REALMS__0__ROLES__1__PERMISSIONS: JSON.stringify([
      { uri: 'com.example.', match: 'prefix', allow },
    ]),
    ...Object.fromEntries(Object.entries(limits).map(([name, value]) => [LIMITS + name, value])),
    ...environment,
  });
  const url = webSocketUrl(application);
  return {
    join: async (sub = 'ryan') =>
      (await joinWithToken(t, url, makeToken({ claims: { sub } }))).client,
    trustedUrl: application.trustedUrl,
  };
}

const publishOf = (request: number, bytes: number): string => {
  const [head, tail] = [`[16,${request},{"acknowledge":true},"com.example.t",["`, '"]]'];
  return head + 'x'.repeat(bytes - head.length - tail.length) + tail;
};

describe('limits.message of a role (P1)', () => {
  it('closes with 1009 at one byte more, and does not touch other roles', async (t) => {
    const { join } = await setUp(t, { MESSAGE: '2KiB' });
    const [ryan, admin] = [await join(), await join('admin')];
    ryan.send(publishOf(1, 2048));
    equal((await ryan.receive())[0], 17);
    ryan.send(publishOf(2, 2049));
    equal(await ryan.closed, 1009);
    admin.send(publishOf(1, 4096));
    equal((await admin.receive())[0], 17);
  });

  it('holds on a RawSocket and on WebSockets of every listener', async (t) => {
    const trusted = 'EXPRESSWAY_REALMS__0__ROLES__2__LIMITS__MESSAGE';
    const listener = { name: 'raw', type: 'rawsocket', port: 0, trusted: true, role: 'trusted' };
    const application = await startTestApplication(t, {
      [trusted]: '2KiB',
      EXPRESSWAY_LISTENERS: JSON.stringify([listener]),
    });
    const client = await ByteClient.join(t, application.trustedUrl, JSON_CODEC);
    client.sendBytes(Buffer.from(publishOf(1, 2049)));
    equal(await client.closed, 1009);
    const url = application.listenerUrls.get('raw');
    ok(url !== undefined);
    const { session } = await WireSession.join(t, url, 'json');
    session.send([16, 1, { acknowledge: true }, 'com.example.t', ['x'.repeat(1500)]]);
    equal((await session.receive())[0], 17);
    session.send([16, 2, { acknowledge: true }, 'com.example.t', ['x'.repeat(2048)]]);
    await session.closed;
  });
});

describe('limits.calls of a role (P9)', () => {
  it('refuses the next call while so many wait for a callee that is mute', async (t) => {
    const { join } = await setUp(t, { CALLS: '2' });
    const [caller, callee] = [await join(), await join('admin')];
    callee.send([64, 1, {}, 'com.example.mute']);
    await callee.receive();
    for (const request of [1, 2, 3]) caller.send([48, request, {}, 'com.example.mute']);
    deepEqual((await caller.receive()).slice(0, 5), [8, 48, 3, {}, LIMIT_EXCEEDED]);
    const [, invocation] = await callee.receive();
    callee.send([70, invocation, {}]);
    equal((await caller.receive())[0], 50);
    caller.send([48, 4, {}, 'com.example.mute']);
    deepEqual((await callee.receive())[0], 68);
  });

  it('ends 10,000 calls to a mute callee: those that wait by the default timeout, the others at once', async (t) => {
    const { join } = await setUp(
      t,
      { CALLS: '128', MESSAGES_PER_SECOND: '1000000', BURST: '1000000' },
      { EXPRESSWAY_LIMITS__CALL_TIMEOUT: '200ms' },
    );
    const [caller, callee] = [await join(), await join('admin')];
    callee.send([64, 1, {}, 'com.example.mute']);
    await callee.receive();
    const counts = new Map<unknown, number>();
    for (let request = 1; request <= 10_000; request += 1) {
      caller.send([48, request, {}, 'com.example.mute']);
    }
    for (let answer = 1; answer <= 10_000; answer += 1) {
      const [, , , , error] = await caller.receive();
      counts.set(error, (counts.get(error) ?? 0) + 1);
    }
    const timeouts = counts.get('wamp.error.timeout') ?? 0;
    ok(timeouts >= 128);
    equal(timeouts + (counts.get(LIMIT_EXCEEDED) ?? 0), 10_000);
  });

  it('tells the callers of a callee that has left', async (t) => {
    const { join } = await setUp(t, {});
    const [caller, callee] = [await join(), await join('admin')];
    callee.send([64, 1, {}, 'com.example.mute']);
    await callee.receive();
    caller.send([48, 1, {}, 'com.example.mute']);
    await callee.receive();
    callee.drop();
    deepEqual((await caller.receive()).slice(0, 5), [8, 48, 1, {}, 'wamp.error.canceled']);
  });
});

describe('limits.subscriptions and limits.registrations of a role (P10)', () => {
  it('refuse one more, and the session lives on', async (t) => {
    const { join } = await setUp(t, { SUBSCRIPTIONS: '1', REGISTRATIONS: '1' });
    const ryan = await join();
    const messages: readonly [number, string, number][] = [
      [32, 'com.example.a', 33],
      [32, 'com.example.b', 8],
      [64, 'com.example.a', 65],
      [64, 'com.example.b', 8],
      [32, 'com.example.a', 33],
    ];
    for (const [index, [type, uri, answer]] of messages.entries()) {
      ryan.send([type, index + 1, {}, uri]);
      equal((await ryan.receive())[0], answer);
    }
  });
});

describe('limits.messages_per_second of a role (P11)', () => {
  it('closes the transport of who floods with 4429, and leaves other roles alone', async (t) => {
    const { join } = await setUp(t, {
      MESSAGES_PER_SECOND: '20',
      BURST: '20',
      RATE_CUTOFF: '200ms',
    });
    const [ryan, admin] = [await join(), await join('admin')];
    for (let request = 1; request <= 2000; request += 1) {
      ryan.send([16, request, {}, 'com.example.t']);
    }
    equal(await ryan.closed, 4429);
    for (let request = 1; request <= 300; request += 1) {
      admin.send([16, request, { acknowledge: true }, 'com.example.t']);
      equal((await admin.receive())[0], 17);
    }
  });
});

describe('limits.sessions_per_user of a role', () => {
  it('closes one more with 1013, so that it comes back, and counts each user by itself', async (t) => {
    const application = await startTestApplication(t, { [`${LIMITS}SESSIONS_PER_USER`]: '1' });
    const url = webSocketUrl(application);
    const token = makeToken({ claims: { sub: 'ryan' } });
    const { answer } = await joinWithToken(t, url, token);
    equal(answer[0], 2);
    const second = await WireSession.connect(t, url, 'json');
    second.send([1, 'realm1', { roles: { caller: {} }, authmethods: ['jwt'] }]);
    await second.receive();
    second.send([5, token, {}]);
    equal(await second.closed, 1013);
    const admins = [1, 2].map(() => joinWithToken(t, url, makeToken()));
    for (const { answer: welcome } of await Promise.all(admins)) equal(welcome[0], 2);
  });
});

// W11
describe('the meta API for who has no permission for it', () => {
  const PROCEDURES = [
    'kill',
    'kill_by_authid',
    'kill_by_authrole',
    'kill_all',
    'list',
    'get',
    'count',
  ];

  it('refuses to end or list sessions, however wide the other permissions are', async (t) => {
    const { join, trustedUrl } = await setUp(t, {});
    const { session: backend } = await WireSession.join(t, trustedUrl, 'json');
    const ryan = await join();
    for (const [index, name] of PROCEDURES.entries()) {
      for (const client of [ryan, backend]) {
        client.send([48, index + 1, {}, `wamp.session.${name}`, ['admin']]);
        const answer = await client.receive();
        deepEqual(answer.slice(0, 5), [8, 48, index + 1, {}, 'wamp.error.not_authorized']);
      }
    }
  });
});
