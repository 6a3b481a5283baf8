import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, matches } from './pattern.js';
import { ensure, NotOffered } from './transcript.js';
import { upgrade } from './upgrade.js';
import { batched, inCbor, inJson, inMsgPack, overWebSocket } from './wire-needs.js';
import { tell } from './wire/value.js';

const ROWS = [
  ['BAT-2', inJson],
  ['BAT-4', inMsgPack],
  ['BAT-5', inCbor],
] as const;

/** Batches of messages (WAMP 15.2), over WebSocket and HTTP long-poll alike unless a case is about WebSocket messages. */
export const batchingCases: readonly ConformanceCase[] = [
  conforms(
    'BAT-1',
    'echoes a batched subprotocol or chooses another that was offered',
    async ({ target }) => {
      let supported = 0;
      for (const name of ['json', 'msgpack', 'cbor']) {
        const offered = [`wamp.2.${name}.batched`, 'wamp.2.json'];
        const { status, protocol, destroy } = await upgrade(target.url, offered);
        destroy();
        ensure(
          status === 101 && protocol !== undefined && offered.includes(protocol),
          `offered ${offered.join(', ')}: got ${status} with ${String(protocol)}`,
        );
        if (protocol === offered[0]) supported += 1;
      }
      if (supported === 0) throw new NotOffered('no batched subprotocol is supported');
    },
    overWebSocket,
  ),

  ...ROWS.map(([row, need]) =>
    conforms(
      row,
      'does all that a batch says, in its order',
      async (c) => {
        const peer = await c.join('peer');
        peer.sendTogether([
          [32, 1, {}, c.uri('topic')],
          [16, 2, { acknowledge: true, exclude_me: false }, c.uri('topic'), ['first']],
          [34, 3, 2 ** 53 - 1],
          [16, 4, { acknowledge: true }, c.uri('topic'), ['second']],
        ]);
        const subscribed = await peer.expect([33, 1, anyId]);
        await expectBoth(c, peer, subscribed[2]);
        const other = await c.join('other');
        const publication = await other.publish(c.uri('topic'), ['third']);
        await peer.expect([36, subscribed[2], publication, anyDict, ['third']]);
      },
      batched,
      need,
    ),
  ),

  conforms(
    'BAT-3',
    'ends a single message with its terminator',
    async (c) => {
      const peer = await c.join('peer');
      // A peer takes what does not end with 1e for no message of WAMP, which fails the case.
      await peer.subscribe(c.uri('topic'));
      await peer.receiveNothing();
      peer.sendBytes(peer.format.encode([32, peer.request, {}, c.uri('other')]));
      await expectEnd(peer);
    },
    overWebSocket,
    batched,
    inJson,
  ),

  conforms(
    'BAT-6',
    'ends the connection at an empty batch',
    async (c) => {
      const peer = await c.join('peer');
      peer.sendBytes(Buffer.alloc(0));
      await expectEnd(peer);
    },
    overWebSocket,
    batched,
  ),

  conforms(
    'BAT-7',
    'ends the connection at a damaged batch',
    async (c) => {
      const { format } = await c.join('peer');
      const whole = format.frame(format.encode([32, 1, {}, c.uri('topic')]));
      const damaged = format.isBinary
        ? [whole.subarray(0, 2), whole.subarray(0, 4), whole.subarray(0, -1)]
        : [whole.subarray(0, -1), Buffer.of(0x1e), Buffer.concat([whole, Buffer.of(0x1e)])];
      const behind = [
        Buffer.concat([whole, Buffer.of(0)]),
        Buffer.concat([whole, whole.subarray(0, -1)]),
      ];
      for (const bytes of [...damaged, ...behind]) {
        const peer = await c.join('offender');
        peer.sendBytes(bytes);
        const first = await peer.outcome();
        // What came whole before the damage may have been done.
        if (!matches([33, 1, anyId], first)) expectEnding(first);
        await expectEnd(peer);
        await peer.dispose();
      }
    },
    overWebSocket,
    batched,
  ),

  conforms(
    'BAT-8',
    'does nothing that stands behind a violation in its batch',
    async (c) => {
      const subscriber = await c.join('subscriber');
      const subscription = await subscriber.subscribe(c.uri('topic'));
      const peer = await c.join('offender');
      peer.sendTogether([
        [16, 1, {}, c.uri('topic'), ['before']],
        [99],
        [16, 2, { acknowledge: true }, c.uri('topic'), ['behind']],
        [64, 3, {}, c.uri('procedure')],
      ]);
      await peer.expectViolation();
      ensure((await peer.leave()).length === 0, 'the offender got something after ABORT');
      await subscriber.expect([36, subscription, anyId, anyDict, ['before']]);
      await subscriber.receiveNothing();
      await subscriber.register(c.uri('procedure'));
    },
    batched,
  ),
];

type Peer = Awaited<ReturnType<CaseContext['join']>>;

/** Expects the answers to the three requests behind SUBSCRIBE; the EVENT of the first of them may come before or behind its PUBLISHED. */
async function expectBoth(c: CaseContext, peer: Peer, subscription: unknown): Promise<void> {
  const event = [36, subscription, anyId, anyDict, ['first']];
  const expected: unknown[] = [
    [17, 2, anyId],
    [8, 34, 3, anyDict, 'wamp.error.no_such_subscription'],
    [17, 4, anyId],
  ];
  let events = 0;
  while (expected.length > 0) {
    const message = await peer.receive();
    if (matches(event, message)) events += 1;
    else {
      const next = expected.shift();
      const isNext = Array.isArray(next) && matches(next, message.slice(0, next.length));
      ensure(isNext, `expected ${tell(next)}, got ${tell(message)}`);
    }
  }
  ensure(events <= 1, `${events} events of one publication`);
  if (events === 0 && c.announces('broker', 'publisher_exclusion')) await peer.expect(event);
}

function expectEnding(outcome: unknown): void {
  ensure(
    typeof outcome === 'number' || matches(abort('wamp.error.protocol_violation'), outcome),
    `expected a protocol violation or the end of the connection, got ${tell(outcome)}`,
  );
}

/** Expects the end of the connection, before it perhaps ABORT. */
async function expectEnd(peer: Peer): Promise<void> {
  expectEnding(await peer.outcome());
  await peer.closed();
}
