import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, error, isId, matches } from './pattern.js';
import { ensure, NotOffered } from './transcript.js';
import { upgrade } from './upgrade.js';
import { inBinary, inJson, overWebSocket, unbatched } from './wire-needs.js';
import { tell } from './wire/value.js';

/** WebSocket transport (WAMP 2.3.1, 2.3.2); what it has in common with others is tried on all of them. */
export const transportCases: readonly ConformanceCase[] = [
  ...Object.entries({ 'WS-1': 'json', 'WS-2': 'msgpack', 'WS-3': 'cbor' }).map(([row, name]) =>
    conforms(
      row,
      `echoes the subprotocol wamp.2.${name}`,
      async ({ target }) => {
        const offered = `wamp.2.${name}`;
        const { status, protocol, destroy } = await upgrade(target.url, [offered]);
        destroy();
        ensure(
          status === 101 && protocol === offered,
          `expected 101 with ${offered}, got ${status} with ${String(protocol)}`,
        );
      },
      overWebSocket,
    ),
  ),

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
    overWebSocket,
  ),

  conforms(
    'WS-5',
    'gives no session to a client that offers no known subprotocol',
    async (c) => {
      await expectRefusedUpgrade(c, []);
      await expectRefusedUpgrade(c, ['x.unknown']);
      await expectRefusedUpgrade(c, ['wamp.2.jsonx', 'wamp.2']);
    },
    overWebSocket,
  ),

  conforms(
    'WS-6',
    'sends every message as one text message with one JSON array',
    expectMessagesOfItsKind,
    overWebSocket,
    inJson,
  ),

  conforms(
    'WS-7',
    'sends every message as one binary message with one list',
    expectMessagesOfItsKind,
    overWebSocket,
    inBinary,
  ),

  conforms(
    'WS-8',
    'takes a binary message where text is due for a protocol violation',
    expectWrongKindRefused,
    overWebSocket,
    inJson,
  ),

  conforms(
    'WS-9',
    'takes a text message where binary is due for a protocol violation',
    expectWrongKindRefused,
    overWebSocket,
    inBinary,
  ),

  conforms(
    'WS-10',
    'takes two messages in one WebSocket message for a protocol violation',
    async (c) => {
      for (const between of ['', '\n', '\u001e']) {
        const peer = await c.join('peer');
        const [first, second] = [1, 2].map((id) =>
          peer.format.encode([32, id, {}, c.uri('topic')]),
        );
        ensure(first !== undefined && second !== undefined, 'two messages');
        peer.sendBytes(Buffer.concat([first, Buffer.from(between), second]));
        await peer.expectViolation();
      }
    },
    overWebSocket,
    unbatched,
  ),

  conforms(
    'WS-11',
    'takes one message split over WebSocket frames for one message',
    async (c) => {
      const peer = await c.join('peer');
      peer.sendFragments([32, 1, {}, c.uri('topic')], [0.1, 0.5, 0.9]);
      await peer.expect([33, 1, anyId]);
      peer.sendFragments([32, 2, {}, c.uri('other')], [0, 0.5, 1]);
      await peer.expect([33, 2, anyId]);
    },
    overWebSocket,
  ),

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
        `expected WELCOME with another session id than ${first}, got ${tell(outcome)}`,
      );
      peer.send([32, 1, {}, c.uri('topic')]);
      await peer.expect([33, 1, anyId]);
    },
  ),

  conforms(
    'WS-14',
    'survives a message that is too long, and says so',
    async (c) => {
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
        `expected closing 1009 or wamp.error.payload_size_exceeded, got ${tell(outcome)}`,
      );
      await c.expectRouterAlive();
    },
    overWebSocket,
  ),

  conforms(
    'WS-16',
    'wants neither cookie nor Authorization, nor minds them',
    async (c) => {
      const headers = { cookie: 'conformance=1', authorization: 'Bearer conformance' };
      const peer = await c.join('peer', { headers });
      await peer.subscribe(c.uri('topic'));
    },
    overWebSocket,
  ),
];

/** A peer takes anything but one list in a message of the right kind for no message of WAMP, which fails the case. */
async function expectMessagesOfItsKind(c: CaseContext): Promise<void> {
  const peer = await c.join('peer');
  await peer.subscribe(c.uri('topic'));
  await peer.receiveNothing();
  peer.send([6, {}, 'wamp.close.normal']);
  await peer.expect([6, anyDict, 'wamp.close.goodbye_and_out']);
}

async function expectWrongKindRefused(c: CaseContext): Promise<void> {
  const peer = await c.join('peer');
  const { frame, isBinary } = peer.format;
  // JSON also where it is not spoken: no list of MessagePack or CBOR is the UTF-8 that a text message must be.
  const subscribe = Buffer.from(JSON.stringify([32, 1, {}, c.uri('topic')]));
  peer.sendBytes(frame(subscribe), { binary: !isBinary });
  await peer.expectViolation();
}

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
