import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { LongPollPeer, open } from './longpoll-peer.js';
import { anyDict, anyId, error, matches } from './pattern.js';
import { ensure, NotOffered } from './transcript.js';
import { batched, overLongPoll, unbatched } from './wire-needs.js';
import { transportOf } from './wire/longpoll-connection.js';
import { tell } from './wire/value.js';
import { SERIALIZERS } from './wire/wire-format.js';

/** HTTP long-poll (WAMP 15.3). */
export const longPollCases: readonly ConformanceCase[] = [
  conforms(
    'LP-1',
    'opens a transport for one of the protocols that the client offers',
    async (c) => {
      const { status, body } = await open(c, { protocols: ['x.unknown', 'wamp.2.json'] });
      const transport = status === 200 ? transportOf(body, 'wamp.2.json') : undefined;
      ensure(transport !== undefined && transport !== '', `got ${status} ${body.toString()}`);
      const again = await open(c, { protocols: ['wamp.2.json'] });
      ensure(
        transportOf(again.body, 'wamp.2.json') !== transport,
        `the same id twice: ${transport}`,
      );
    },
    overLongPoll,
  ),

  conforms(
    'LP-2',
    'refuses to open a transport without a protocol in common',
    async (c) => {
      const wrong = [
        ...[{ protocols: ['x.unknown'] }, { protocols: [] }, { protocols: 'wamp.2.json' }],
        ...[{ protocols: [5] }, {}, [], 'wamp.2.json', null],
      ];
      const texts = [...wrong.map((body) => JSON.stringify(body)), '', 'no JSON', '{"protocols":['];
      for (const text of texts) {
        const { status } = await c.post('open', Buffer.from(text));
        ensure(status >= 400 && status < 500, `${text}: expected 4xx, got ${status}`);
      }
    },
    overLongPoll,
  ),

  conforms(
    'LP-3',
    'answers what is sent with 202, and with 400 what is no message',
    async (c) => {
      const peer = await LongPollPeer.open(c);
      const good = await peer.send([1, c.target.realm, { roles: { caller: {} } }]);
      ensure(good === 202, `expected 202, got ${good}`);
      const other = await LongPollPeer.open(c);
      const bad = await other.sendBytes(Buffer.from('c1', 'hex'));
      ensure(bad === 400, `expected 400, got ${bad}`);
    },
    overLongPoll,
  ),

  conforms(
    'LP-4',
    'holds a request for messages until there is one',
    async (c) => {
      const peer = await LongPollPeer.enter(c);
      await peer.send([32, 1, {}, c.uri('topic')]);
      const [subscribed] = await peer.receive();
      ensure(matches([33, 1, anyId], subscribed), `got ${tell(subscribed)}`);
      let isHeld = true;
      const received = peer.receive().finally(() => {
        isHeld = false;
      });
      const publisher = await c.join('publisher');
      await publisher.receiveNothing();
      ensure(isHeld, 'the request was answered without a message');
      const publication = await publisher.publish(c.uri('topic'));
      const [event] = await received;
      ensure(matches([36, subscribed?.[2], publication, anyDict], event), `got ${tell(event)}`);
    },
    overLongPoll,
  ),

  conforms(
    'LP-5',
    'gives one message for each request',
    async (c) => {
      const peer = await withPending(c);
      for (const id of [1, 2, 3]) {
        const messages = await peer.receive();
        ensure(
          matches([error(34, id, 'wamp.error.no_such_subscription')], messages),
          `expected the ERROR of request ${id}, got ${tell(messages)}`,
        );
      }
    },
    overLongPoll,
    unbatched,
  ),

  conforms(
    'LP-6',
    'gives all messages that wait in one batch',
    async (c) => {
      const peer = await withPending(c);
      const messages = await peer.receive();
      const expected = [1, 2, 3].map((id) => error(34, id, 'wamp.error.no_such_subscription'));
      ensure(matches(expected, messages), `expected three, got ${tell(messages)}`);
    },
    overLongPoll,
    batched,
  ),

  conforms(
    'LP-7',
    'ends the session when the transport is closed',
    async (c) => {
      const callee = await LongPollPeer.enter(c);
      await callee.send([64, 1, {}, c.uri('procedure')]);
      await callee.receive();
      const caller = await c.join('caller');
      const request = caller.call(c.uri('procedure'));
      await callee.receive();
      const { status } = await c.post(`${callee.transport}/close`, Buffer.alloc(0));
      ensure(status === 202, `expected 202, got ${status}`);
      await caller.expect(error(48, request, 'wamp.error.canceled'));
      await expectGone(c, callee.transport);
    },
    overLongPoll,
  ),

  conforms(
    'LP-8',
    'knows no transport that it did not open',
    async (c) => {
      await expectGone(c, 'AAAAAAAAAAAAAAAA');
      await expectGone(c, 'open');
      await expectGone(c, '__proto__');
    },
    overLongPoll,
  ),

  conforms(
    'LP-9',
    'ignores the query x',
    async (c) => {
      const opened = await c.post('open?x=1', openBody(c));
      const transport = transportOf(opened.body, `wamp.2.${c.target.serializer}`);
      ensure(opened.status === 200 && transport !== undefined, `open: got ${opened.status}`);
      const hello = LongPollPeer.framed(c, c.hello({ realm: 'conformance.unknown.realm' }));
      const sent = await c.post(`${transport}/send?x=2`, hello);
      ensure(sent.status === 202, `send: expected 202, got ${sent.status}`);
      const { status, body } = await c.post(`${transport}/receive?x=3&x=4`, Buffer.alloc(0));
      ensure(status === 200 && body.length > 0, `receive: expected 200, got ${status}`);
      const closed = await c.post(`${transport}/close?x=`, Buffer.alloc(0));
      ensure(closed.status < 500, `close: got ${closed.status}`);
    },
    overLongPoll,
  ),

  conforms(
    'LP-10',
    'speaks the protocols that it chooses',
    async (c) => {
      let spoken = 0;
      for (const serializer of SERIALIZERS) {
        const { status } = await open(c, { protocols: [`wamp.2.${serializer}`] });
        if (status !== 200) continue;
        spoken += 1;
        const peer = await c.join(serializer, { serializer });
        await peer.subscribe(c.uri('topic'));
      }
      if (spoken < 2) throw new NotOffered('only one protocol is spoken');
    },
    overLongPoll,
  ),
];

const openBody = (c: CaseContext): Buffer =>
  Buffer.from(JSON.stringify({ protocols: [`wamp.2.${c.target.serializer}`] }));

/** A session for which three messages wait. */
async function withPending(c: CaseContext): Promise<LongPollPeer> {
  const peer = await LongPollPeer.enter(c);
  for (const id of [1, 2, 3]) {
    const status = await peer.send([34, id, 2 ** 53 - 1]);
    ensure(status === 202, `expected 202, got ${status}`);
  }
  return peer;
}

async function expectGone(c: CaseContext, transport: string): Promise<void> {
  for (const action of ['receive', 'send', 'close']) {
    const { status } = await c.post(`${transport}/${action}`, Buffer.from('[]'));
    ensure(status >= 400 && status < 500, `${transport}/${action}: expected 4xx, got ${status}`);
  }
}
