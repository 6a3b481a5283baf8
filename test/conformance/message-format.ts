import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { ROUTER_MESSAGES } from './message-shape.js';
import { abort, anyDict, anyId, dictWithout, error, matches } from './pattern.js';
import { announced } from './target.js';
import type { Peer, Wire } from './peer.js';
import { ensure } from './transcript.js';
import { inJson } from './wire-needs.js';

const texts = (messages: readonly Wire[]): readonly string[] =>
  messages.map((message) => JSON.stringify(message));

/** The requests that have Options and a URI: PUBLISH, SUBSCRIBE, CALL, REGISTER. */
const WITH_URI = [16, 32, 48, 64];

/** Message format (WAMP 3). */
export const messageFormatCases: readonly ConformanceCase[] = [
  conforms('MSG-1', 'takes an empty list for a protocol violation', async (c) => {
    await c.expectViolations(['[]']);
  }),

  conforms(
    'MSG-2',
    'takes a message type that is no integer for a protocol violation',
    async (c) => {
      const types = ['32', true, null, 32.5, [32], { type: 32 }];
      await c.expectViolations(texts(types.map((type) => [type, 1, {}, c.uri('a')])));
    },
  ),

  conforms('MSG-3', 'takes an unknown message type for a protocol violation', async (c) => {
    const types = [0, 7, 9, 37, 71, 99, 255, 256, 300, 337, 1023, 1024, -1, -32];
    await c.expectViolations(texts(types.map((type) => [type, 1, {}, c.uri('a')])));
  }),

  conforms('MSG-4', 'takes a message with too few elements for a protocol violation', async (c) => {
    const incomplete = WITH_URI.flatMap((type) => [[type], [type, 1], [type, 1, {}]]);
    await c.expectViolations(
      texts([
        ...incomplete,
        ...[[34], [34, 1], [66], [66, 1], [70], [70, 1], [49], [49, 1], [6], [6, {}]],
        ...[[8], [8, 68], [8, 68, 1], [8, 68, 1, {}]],
      ]),
    );
  }),

  conforms(
    'MSG-5',
    'takes a message with too many elements for a protocol violation',
    async (c) => {
      const uri = c.uri('a');
      await c.expectViolations(
        texts([
          [32, 1, {}, uri, []],
          [64, 1, {}, uri, []],
          [34, 1, 1, {}],
          [66, 1, 1, {}],
          [16, 1, {}, uri, [], {}, 1],
          [48, 1, {}, uri, [], {}, 1],
          [49, 1, {}, 1],
          [6, {}, 'wamp.close.normal', 1],
        ]),
      );
    },
  ),

  conforms('MSG-6', 'takes Options that are no dictionary for a protocol violation', async (c) => {
    const wrong = [[], null, 'x', 5, true];
    const requests = WITH_URI.flatMap((type) => wrong.map((value) => [type, 1, value, c.uri('a')]));
    await c.expectViolations(texts([...requests, [49, 1, []], [6, [], 'wamp.close.normal']]));
  }),

  conforms('MSG-7', 'takes a Request that is no integer for a protocol violation', async (c) => {
    const wrong = ['1', null, true, [1], 1.5];
    const requests = WITH_URI.flatMap((type) =>
      wrong.map((value) => [type, value, {}, c.uri('a')]),
    );
    const others = [34, 66].flatMap((type) => wrong.map((value) => [type, value, 1]));
    const ids = [34, 66].flatMap((type) => wrong.map((value) => [type, 1, value]));
    await c.expectViolations(texts([...requests, ...others, ...ids]));
  }),

  conforms('MSG-8', 'takes a URI that is no string for a protocol violation', async (c) => {
    const wrong = [5, null, [], {}, true];
    const requests = WITH_URI.flatMap((type) => wrong.map((value) => [type, 1, {}, value]));
    await c.expectViolations(texts([...requests, [6, {}, 5], [6, {}, null]]));
  }),

  conforms('MSG-9', 'takes a payload of the wrong type for a protocol violation', async (c) => {
    const uri = c.uri('a');
    const payloads = [[{}], ['x'], [null], [5], [[], []], [[], 'x'], [[], null]];
    const requests = [16, 48].flatMap((type) =>
      payloads.map((parts) => [type, 1, {}, uri, ...parts]),
    );
    await c.expectViolations(texts(requests));
    for (const [index, payload] of payloads.entries()) {
      await expectAnswerRefused(c, c.uri(`yield${index}`), (id) => [70, id, {}, ...payload]);
      await expectAnswerRefused(c, c.uri(`error${index}`), (id) => [
        8,
        68,
        id,
        {},
        uri,
        ...payload,
      ]);
    }
  }),

  conforms(
    'MSG-10',
    'takes an integer in place of a boolean for a protocol violation',
    async (c) => {
      const numbers = [0, 1];
      await c.expectViolations(
        texts(numbers.map((acknowledge) => [16, 1, { acknowledge }, c.uri('a')])),
      );
    },
  ),

  conforms(
    'MSG-11',
    'takes a known option of the wrong type for a protocol violation',
    async (c) => {
      const acknowledge = ['true', null, [], {}];
      const messages: Wire[] = acknowledge.map((value) => [
        16,
        1,
        { acknowledge: value },
        c.uri('a'),
      ]);
      if (c.announces('broker', 'pattern_based_subscription'))
        for (const match of ['foo', 1, null]) messages.push([32, 1, { match }, c.uri('a')]);
      if (c.announces('broker', 'publisher_exclusion'))
        for (const value of [0, 'x']) messages.push([16, 1, { exclude_me: value }, c.uri('a')]);
      if (c.announces('broker', 'subscriber_blackwhite_listing'))
        for (const options of [{ exclude: 'x' }, { eligible_authrole: [1] }, { eligible: 5 }])
          messages.push([16, 1, options, c.uri('a')]);
      if (c.announces('dealer', 'caller_identification'))
        messages.push([48, 1, { disclose_me: 1 }, c.uri('a')]);
      await c.expectViolations(texts(messages));
    },
  ),

  conforms('MSG-12', 'ignores unknown options', async (c) => {
    await expectIgnored(c, { xyzzy: 1, another_option: { deep: [true] } });
  }),

  conforms('MSG-13', 'minds no options of an implementation', async (c) => {
    await expectIgnored(c, { _conformance_one: 'x', _abc: null });
  }),

  conforms('MSG-14', 'ignores options whose keys have not the allowed form', async (c) => {
    await expectIgnored(c, { '': 1, X: 1, ab: 1, '9xyz': 1, 'a-b-c': 1, Acknowledge: true });
  }),

  conforms(
    'MSG-16',
    'refuses duplicate keys or lets the last one win, always',
    async (c) => {
      const peer = await c.join('peer');
      const topic = JSON.stringify(c.uri('topic'));
      peer.sendText(`[16,1,{"acknowledge":false,"acknowledge":true},${topic}]`);
      const outcome = await peer.outcome();
      if (matches(abort('wamp.error.protocol_violation'), outcome)) {
        await c.expectViolations([`[16,1,{"acknowledge":true,"acknowledge":false},${topic}]`]);
        return;
      }
      ensure(
        matches([17, 1, anyId], outcome),
        `expected PUBLISHED, got ${JSON.stringify(outcome)}`,
      );
      peer.sendText(`[16,2,{"acknowledge":true,"acknowledge":false},${topic}]`);
      peer.send([32, 3, {}, c.uri('topic')]);
      await peer.expect([33, 3, anyId]);
    },
    inJson,
  ),

  conforms('MSG-17 RP-17', 'forwards messages without empty trailing payload', async (c) => {
    const { topic, procedure } = { topic: c.uri('topic'), procedure: c.uri('procedure') };
    const receiver = await c.join('receiver');
    const subscription = await receiver.subscribe(topic);
    const registration = await receiver.register(procedure);
    const sender = await c.join('sender');
    for (const payload of [[], [[]], [[], {}]]) {
      const publication = await sender.publish(topic, ...payload);
      await receiver.expect([36, subscription, publication, anyDict]);
      const call = sender.call(procedure, ...payload);
      receiver.send([70, await receiver.invoked(registration), {}, ...payload]);
      await sender.expect([50, call, anyDict]);
      const failing = sender.call(procedure, ...payload);
      receiver.send([8, 68, await receiver.invoked(registration), {}, c.uri('e'), ...payload]);
      await sender.expect([8, 48, failing, anyDict, c.uri('e')]);
    }
  }),

  conforms('MSG-18', 'forwards keyword arguments behind an empty list', async (c) => {
    await expectForwarded(c, [[], { only: 'keywords' }]);
  }),

  conforms('MSG-19', 'forwards payload unchanged', async (c) => {
    await expectForwarded(c, [[1, 'zwei', [3, { four: null }], -5.5, true, 'ünïcødé 😀 \u2028']]);
    await expectForwarded(c, [['b', 'a'], { z: 1, a: [2, 1], ключ: 'значение' }]);
  }),

  conforms('MSG-20', 'sends each message with the right number of elements', async (c) => {
    const seen = await everyMessage(c);
    // Peers check each message that they receive; here only that there was one of each kind.
    const expected = [2, 6, 8, 17, 33, 35, 36, 50, 65, 67, 68, 3];
    for (const type of expected) {
      ensure(seen.has(type) && ROUTER_MESSAGES.includes(type), `no message of type ${type} came`);
    }
  }),

  conforms('MSG-21', 'uses only details whose keys have the allowed form', async (c) => {
    const seen = await everyMessage(c);
    ensure(seen.has(2), 'no WELCOME came');
  }),

  conforms(
    'MSG-10',
    'takes an integer for exclude_me for a protocol violation',
    async (c) => {
      await c.expectViolations(texts([[16, 1, { exclude_me: 1 }, c.uri('a')]]));
    },
    announced('broker', 'publisher_exclusion'),
  ),
];

/** Sends one request of each kind with these options; each has to succeed as without them. */
async function expectIgnored(c: CaseContext, options: object): Promise<void> {
  const procedure = c.uri('procedure');
  const peer = await c.join('peer', { details: { ...options } });
  const subscription = await peer.subscribe(c.uri('topic'), options);
  const registration = await peer.register(procedure, options);
  peer.send([16, 3, { ...options, acknowledge: true }, c.uri('topic')]);
  await peer.expect([17, 3, anyId]);
  peer.send([48, 4, options, procedure]);
  peer.send([70, await peer.invoked(registration), options]);
  await peer.expect([50, 4, dictWithout(...Object.keys(options))]);
  peer.send([34, 5, subscription]);
  await peer.expect([35, 5]);
  peer.send([66, 6, registration]);
  await peer.expect([67, 6]);
  peer.send([6, options, 'wamp.close.normal']);
  await peer.expect([6, anyDict, 'wamp.close.goodbye_and_out']);
}

/** Sends this payload by EVENT, INVOCATION, RESULT and ERROR and expects it as it was. */
async function expectForwarded(c: CaseContext, payload: Wire): Promise<void> {
  const receiver = await c.join('receiver');
  const subscription = await receiver.subscribe(c.uri('topic'));
  const registration = await receiver.register(c.uri('procedure'));
  const sender = await c.join('sender');
  const publication = await sender.publish(c.uri('topic'), ...payload);
  await receiver.expect([36, subscription, publication, anyDict, ...payload]);
  const call = sender.call(c.uri('procedure'), ...payload);
  receiver.send([70, await receiver.invoked(registration, ...payload), {}, ...payload]);
  await sender.expect([50, call, anyDict, ...payload]);
  const failing = sender.call(c.uri('procedure'));
  receiver.send([8, 68, await receiver.invoked(registration), {}, c.uri('e'), ...payload]);
  await sender.expect([8, 48, failing, anyDict, c.uri('e'), ...payload]);
  receiver.send([66, receiver.request, registration]);
  await receiver.expect([67, 3]);
}

/** Answers an invocation with this message and expects the callee's session to be ended. */
async function expectAnswerRefused(
  c: CaseContext,
  procedure: string,
  answer: (invocation: number) => Wire,
): Promise<void> {
  const callee = await c.join('callee');
  const registration = await callee.register(procedure);
  const caller = await c.join('caller');
  const request = caller.call(procedure);
  callee.send(answer(await callee.invoked(registration)));
  await callee.expectViolation();
  await caller.expect(error(48, request, 'wamp.error.canceled'));
  await Promise.all([callee.dispose(), caller.dispose()]);
}

/** Provokes each message that a router of the Basic Profile sends, and gives the types that came. */
async function everyMessage(c: CaseContext): Promise<ReadonlySet<unknown>> {
  const seen = new Set<unknown>([2]);
  const peer = await c.join('peer');
  const other = await c.join('other');
  const note = async (receiver: Peer, pattern: unknown): Promise<Wire> => {
    const message = await receiver.expect(pattern);
    seen.add(message[0]);
    return message;
  };
  peer.send([32, 1, {}, c.uri('topic')]);
  const subscribed = await note(peer, [33, 1, anyId]);
  peer.send([64, 2, {}, c.uri('procedure')]);
  const registered = await note(peer, [65, 2, anyId]);
  other.send([16, 1, { acknowledge: true }, c.uri('topic'), ['a'], { b: 1 }]);
  await note(other, [17, 1, anyId]);
  await note(peer, [36, subscribed[2], anyId, anyDict, ['a'], { b: 1 }]);
  other.send([48, 2, {}, c.uri('procedure'), ['a'], { b: 1 }]);
  const invocation = await note(peer, [68, 1, registered[2], anyDict, ['a'], { b: 1 }]);
  peer.send([70, invocation[1], {}, ['a'], { b: 1 }]);
  await note(other, [50, 2, anyDict, ['a'], { b: 1 }]);
  peer.send([34, 3, subscribed[2]]);
  await note(peer, [35, 3]);
  peer.send([66, 4, registered[2]]);
  await note(peer, [67, 4]);
  other.send([48, 3, {}, c.uri('procedure')]);
  await note(other, error(48, 3, 'wamp.error.no_such_procedure'));
  other.send([6, {}, 'wamp.close.normal']);
  await note(other, [6, anyDict, 'wamp.close.goodbye_and_out']);
  peer.send([99]);
  await note(peer, abort('wamp.error.protocol_violation'));
  return seen;
}
