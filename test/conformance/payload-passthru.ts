import { callWith, invokedWith, lastPart, pair, progress } from './calls.js';
import type { Pair } from './calls.js';
import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, dictWith, dictWithout, error, matches } from './pattern.js';
import { rolesWith } from './roles.js';
import { announced, unannounced } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const PASSTHRU = 'payload_passthru_mode';
const UNSUPPORTED = 'wamp.error.feature_not_supported';
const BINARY = `\u0000${Buffer.from('opaque payload').toString('base64')}`;
const SEALED = {
  ppt_scheme: 'wamp',
  ppt_serializer: 'cbor',
  ppt_cipher: 'xsalsa20poly1305',
  ppt_keyid: 'GTtQ37XGJO2O4R8Dvx4AUo8pe61D9evIWpKGQAPdOh0=',
};
const sealed = dictWith(SEALED);
const unsealed = dictWithout(...Object.keys(SEALED));
const CUSTOM = { ppt_scheme: 'x_my_ppt', ppt_serializer: 'custom', ppt_keyid: '' };

/** A case of a call that needs payload passthru mode to be announced by the dealer. */
const passes = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, announced('dealer', PASSTHRU), ...needs);

const broker = announced('broker', PASSTHRU);

const carryingCases: readonly ConformanceCase[] = [
  passes('PP-1 PP-7 PP-8', 'carries a sealed call and its sealed result', async (c) => {
    const { caller, callee, registration, procedure } = await sealing(c);
    const call = callWith(caller, SEALED, procedure, [BINARY]);
    const invocation = await invokedWith(callee, registration, sealed, [BINARY]);
    callee.send([70, invocation, CUSTOM, [BINARY]]);
    await caller.expect([50, call, dictWith(CUSTOM), [BINARY]]);
    const plain = caller.call(procedure, ['plain']);
    callee.send([70, await invokedWith(callee, registration, unsealed, ['plain']), {}, ['plain']]);
    await caller.expect([50, plain, {}, ['plain']]);
  }),

  passes('PP-9', 'carries a sealed error', async (c) => {
    const { caller, callee, registration, procedure } = await sealing(c);
    const call = callWith(caller, SEALED, procedure, [BINARY]);
    const invocation = await callee.invoked(registration, [BINARY]);
    callee.send([8, 68, invocation, SEALED, 'com.somebody.error', [BINARY]]);
    await caller.expect([8, 48, call, sealed, 'com.somebody.error', [BINARY]]);
  }),

  conforms(
    'PP-1 PP-5 PP-7',
    'carries a sealed event to every subscriber, whatever it announced',
    async (c) => {
      const roles = rolesWith(PASSTHRU);
      const subscribers = [await c.join('able', { roles }), await c.join('unable')];
      const publisher = await c.join('publisher', { roles });
      for (const options of [SEALED, CUSTOM]) {
        const topic = c.uri(options.ppt_scheme);
        const subscriptions: number[] = [];
        for (const subscriber of subscribers) subscriptions.push(await subscriber.subscribe(topic));
        publisher.send([16, publisher.request, options, topic, [BINARY]]);
        for (const [index, subscriber] of subscribers.entries()) {
          const event = [36, subscriptions[index], anyId, dictWith(options), [BINARY]];
          await subscriber.expect(event);
        }
        await publisher.publish(topic, ['plain']);
        for (const subscriber of subscribers)
          await subscriber.expect([36, anyId, anyId, unsealed, ['plain']]);
      }
    },
    broker,
  ),

  passes('PP-10', 'takes any scheme, serializer, cipher and key', async (c) => {
    const { caller, callee, registration, procedure } = await sealing(c);
    for (const options of [
      CUSTOM,
      { ppt_scheme: 'mqtt', ppt_serializer: 'native' },
      { ppt_scheme: 'not a uri', ppt_serializer: 'none', ppt_cipher: 'rot13', ppt_keyid: '🔑' },
    ]) {
      const call = callWith(caller, options, procedure, [BINARY]);
      const invocation = await invokedWith(callee, registration, dictWith(options), [BINARY]);
      callee.send([70, invocation, options, [BINARY]]);
      await caller.expect([50, call, dictWith(options), [BINARY]]);
    }
  }),

  passes(
    'PP-11',
    'carries sealed progressive results',
    async (c) => {
      const { caller, callee, registration, procedure } = await sealing(c);
      const call = callWith(caller, { ...SEALED, receive_progress: true }, procedure, [BINARY]);
      const invocation = await invokedWith(callee, registration, sealed, [BINARY]);
      callee.send([70, invocation, { ...SEALED, progress: true }, [BINARY]]);
      await caller.expect([50, call, dictWith({ ...SEALED, progress: true }), [BINARY]]);
      callee.send([70, invocation, SEALED, [BINARY]]);
      await caller.expect([50, call, sealed, [BINARY]]);
    },
    announced('dealer', 'progressive_call_results'),
  ),

  passes(
    'PP-11 PC-12',
    'goes by the first part of a sealed upload',
    async (c) => {
      const { caller, callee, registration, procedure } = await sealing(c);
      const call = callWith(caller, { ...SEALED, progress: true }, procedure, [BINARY]);
      const both = dictWith({ ...SEALED, progress: true });
      const invocation = await invokedWith(callee, registration, both, [BINARY]);
      caller.send([48, call, { ...CUSTOM, progress: true }, procedure, [BINARY]]);
      const second = await callee.expect([68, invocation, registration, progress, [BINARY]]);
      caller.send([48, call, {}, procedure, [BINARY]]);
      const third = await callee.expect([68, invocation, registration, lastPart, [BINARY]]);
      for (const part of [second, third])
        ensure(!JSON.stringify(part).includes(CUSTOM.ppt_scheme), JSON.stringify(part));
      callee.send([70, invocation, {}]);
      await caller.expect([50, call, {}]);
    },
    announced('dealer', 'progressive_call_invocations'),
  ),
];

const refusalCases: readonly ConformanceCase[] = [
  passes(
    'PP-2',
    'takes a sealed call of one that did not announce it for a violation',
    async (c) => {
      const { callee, procedure } = await pair(c, { callee: [PASSTHRU] });
      const caller = await c.join('unable caller');
      caller.send([48, 1, SEALED, procedure, [BINARY]]);
      await caller.expectViolation();
      await callee.receiveNothing();
    },
  ),

  passes(
    'PP-2',
    'takes a sealed result of one that did not announce it for a violation',
    async (c) => {
      const { caller, callee, registration, procedure } = await pair(c, { caller: [PASSTHRU] });
      const call = caller.call(procedure);
      callee.send([70, await callee.invoked(registration), SEALED, [BINARY]]);
      await callee.expectViolation();
      await caller.expect(error(48, call, 'wamp.error.canceled'));
    },
  ),

  conforms(
    'PP-2',
    'takes a sealed event of one that did not announce it for a violation',
    async (c) => {
      const subscriber = await c.join('subscriber', { roles: rolesWith(PASSTHRU) });
      await subscriber.subscribe(c.uri('topic'));
      const publisher = await c.join('publisher');
      publisher.send([16, 1, SEALED, c.uri('topic'), [BINARY]]);
      await publisher.expectViolation();
      await subscriber.receiveNothing();
    },
    broker,
  ),

  conforms(
    'PP-3',
    'takes what is sealed for a violation without announcing it itself',
    async (c) => {
      for (const type of [16, 48]) {
        const peer = await c.join('peer', { roles: rolesWith(PASSTHRU) });
        peer.send([type, 1, SEALED, c.uri('uri'), [BINARY]]);
        await peer.expectViolation();
      }
    },
    unannounced('broker', PASSTHRU),
    unannounced('dealer', PASSTHRU),
  ),

  passes('PP-4', 'refuses a sealed call to a callee that cannot read it', async (c) => {
    const { caller, callee, procedure } = await pair(c, { caller: [PASSTHRU] });
    const call = callWith(caller, SEALED, procedure, [BINARY]);
    await caller.expect(error(48, call, UNSUPPORTED));
    await callee.receiveNothing();
    await caller.receiveNothing();
  }),

  passes('PP-6', 'refuses a sealed result to a caller that cannot read it', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c, { callee: [PASSTHRU] });
    const call = caller.call(procedure);
    const invocation = await callee.invoked(registration);
    callee.send([70, invocation, SEALED, [BINARY]]);
    await callee.expect(error(68, invocation, UNSUPPORTED));
    await caller.expect(error(48, call, UNSUPPORTED));
    await caller.receiveNothing();
    await callee.receiveNothing();
  }),

  passes('PP-1', 'takes an empty scheme for none', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c);
    callWith(caller, { ppt_scheme: '' }, procedure, ['plain']);
    const details = (await callee.expect([68, anyId, registration, anyDict, ['plain']]))[3];
    ensure(!matches(dictWith({ ppt_scheme: 'wamp' }), details), JSON.stringify(details));
  }),
];

/** Payload passthru mode (WAMP 14.1). */
export const payloadPassthruCases: readonly ConformanceCase[] = [...carryingCases, ...refusalCases];

const FEATURES = [
  PASSTHRU,
  'progressive_call_results',
  'progressive_call_invocations',
  'call_canceling',
];

const sealing = (c: CaseContext): Promise<Pair> => pair(c, { caller: FEATURES, callee: FEATURES });
