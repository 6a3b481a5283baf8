import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, error, isId, matches } from './pattern.js';
import { ensure, NotOffered } from './transcript.js';
import { upgrade } from './upgrade.js';

/** WebSocket transport (WAMP 2.3.1, 2.3.2). */
export const transportCases: readonly ConformanceCase[] = [
  conforms('WS-1', 'echoes the subprotocol wamp.2.json', async ({ target }) => {
    const { status, protocol, destroy } = await upgrade(target.url, ['wamp.2.json']);
    destroy();
    ensure(
      status === 101 && protocol === 'wamp.2.json',
      `expected 101 with wamp.2.json, got ${status} with ${String(protocol)}`,
    );
  }),

  conforms(
    'WS-4',
    'chooses a subprotocol that it knows among those offered',
    async ({ target }) => {
      const offered = ['x.unknown', 'wamp.2.cbor', 'wamp.2.json'];
      const { status, protocol, destroy } = await upgrade(target.url, offered);
      destroy();
      ensure(
        status === 101 && (protocol === 'wamp.2.cbor' || protocol === 'wamp.2.json'),
        `expected 101 with wamp.2.cbor or wamp.2.json, got ${status} with ${String(protocol)}`,
      );
    },
  ),

  conforms('WS-5', 'gives no session to a client that offers no known subprotocol', async (c) => {
    await expectRefusedUpgrade(c, []);
    await expectRefusedUpgrade(c, ['x.unknown']);
    await expectRefusedUpgrade(c, ['wamp.2.jsonx', 'wamp.2']);
  }),

  conforms('WS-6', 'sends every message as one text message with one JSON array', async (c) => {
    const peer = await c.join('peer');
    // A peer takes anything but a text message with one JSON array for no message of WAMP, which fails the case.
    await peer.subscribe(c.uri('topic'));
    await peer.receiveNothing();
    peer.send([6, {}, 'wamp.close.normal']);
    await peer.expect([6, anyDict, 'wamp.close.goodbye_and_out']);
  }),

  conforms('WS-8', 'takes a binary message on wamp.2.json for a protocol violation', async (c) => {
    const peer = await c.join('peer');
    const subscribe = JSON.stringify([32, 1, {}, c.uri('topic')]);
    peer.sendBytes(Buffer.from(subscribe), { binary: true });
    await peer.expectViolation();
  }),

  conforms(
    'WS-10',
    'takes two messages in one WebSocket message for a protocol violation',
    async (c) => {
      const [first, second] = [1, 2].map((id) => JSON.stringify([32, id, {}, c.uri('topic')]));
      await c.expectViolations([
        `${String(first)}${String(second)}`,
        `${String(first)}\n${String(second)}`,
        `${String(first)}\u001e`,
      ]);
    },
  ),

  conforms('WS-11', 'takes one message split over WebSocket frames for one message', async (c) => {
    const peer = await c.join('peer');
    peer.sendFragments(['[32, 1, {}', `, "${c.uri('to')}`, 'pic"', ']']);
    await peer.expect([33, 1, anyId]);
    peer.sendFragments(['', '[32, 2, {}, ', `"${c.uri('other')}"]`, '']);
    await peer.expect([33, 2, anyId]);
  }),

  conforms(
    'WS-12',
    'ends a session whose connection is cut or closed without GOODBYE',
    async (c) => {
      const caller = await c.join('caller');
      for (const way of ['cut', 'closed'] as const) {
        const procedure = c.uri(way);
        const callee = await c.join(`callee to be ${way}`);
        const registration = await callee.register(procedure);
        const request = caller.call(procedure);
        await callee.invoked(registration);
        if (way === 'cut') callee.cut();
        else await callee.leave();
        await caller.expect(error(48, request, 'wamp.error.canceled'));
        const again = caller.call(procedure);
        await caller.expect(error(48, again, 'wamp.error.no_such_procedure'));
      }
    },
  ),

  conforms(
    'WS-13',
    'closes the connection after GOODBYE or opens a new session on it',
    async (c) => {
      const peer = await c.join('peer');
      const first = peer.session;
      await peer.subscribe(c.uri('topic'));
      peer.send([6, {}, 'wamp.close.normal']);
      await peer.expect([6, anyDict, 'wamp.close.goodbye_and_out']);
      peer.send(c.hello());
      let outcome = await peer.outcome();
      if (matches([4, 'jwt', anyDict], outcome)) {
        peer.send([5, c.token, {}]);
        outcome = await peer.outcome();
      }
      if (typeof outcome === 'number') throw new NotOffered('the router closes the connection');
      ensure(
        outcome[0] === 2 && isId(outcome[1]) && outcome[1] !== first,
        `expected WELCOME with another session id than ${first}, got ${JSON.stringify(outcome)}`,
      );
      peer.send([32, 1, {}, c.uri('topic')]);
      await peer.expect([33, 1, anyId]);
    },
  ),

  conforms('WS-14', 'survives a message that is too long, and says so', async (c) => {
    const peer = await c.join('peer');
    const filler = 'x'.repeat(c.target.oversizedBytes);
    peer.send([16, 1, { acknowledge: true }, c.uri('topic'), [filler]]);
    const outcome = await peer.outcome();
    if (matches([17, 1, anyId], outcome)) throw new NotOffered('no such limit, see --oversized');
    const refusals = [
      1009,
      error(16, 1, 'wamp.error.payload_size_exceeded'),
      abort('wamp.error.payload_size_exceeded'),
    ];
    ensure(
      refusals.some((refusal) => matches(refusal, outcome)),
      `expected closing 1009 or wamp.error.payload_size_exceeded, got ${JSON.stringify(outcome)}`,
    );
    await c.expectRouterAlive();
  }),

  conforms('WS-16', 'wants neither cookie nor Authorization, nor minds them', async (c) => {
    const headers = { cookie: 'conformance=1', authorization: 'Bearer conformance' };
    const peer = await c.join('peer', { headers });
    await peer.subscribe(c.uri('topic'));
  }),
];

async function expectRefusedUpgrade(c: CaseContext, protocols: readonly string[]): Promise<void> {
  const { status, protocol, over, destroy } = await upgrade(c.target.url, protocols);
  const timer = setTimeout(destroy, c.target.timeoutMs);
  const started = performance.now();
  await over;
  clearTimeout(timer);
  const refused = status >= 400 && status < 500;
  const closed = status === 101 && performance.now() - started < c.target.timeoutMs;
  ensure(
    protocol === undefined && (refused || closed),
    `offered ${JSON.stringify(protocols)}: expected 4xx or the end of the connection, got ${status} with ${String(protocol)}`,
  );
}
