import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { callMeta, expectMeta, expectRefusal } from './meta-call.js';
import { anyDict, anyId, dictWith, isDict } from './pattern.js';
import type { Peer } from './peer.js';
import { rolesWith } from './roles.js';
import { announced, knowsForbidden } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const ADD = 'wamp.session.add_testament';
const FLUSH = 'wamp.session.flush_testaments';
const testaments = announced('dealer', 'testament_meta_api');

const bequeaths = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, testaments, ...needs);

/** Ways in which a session may end by itself. */
const WAYS_TO_END: Readonly<Record<string, readonly [rows: string, end: (peer: Peer) => unknown]>> =
  {
    'its connection is cut': [
      'TE-1',
      (peer) => {
        peer.cut();
      },
    ],
    'its connection is closed': ['TE-1', (peer) => peer.leave()],
    'it says GOODBYE': [
      'TE-2',
      (peer) => {
        peer.send([6, {}, 'wamp.close.normal']);
      },
    ],
    'it says ABORT': [
      'TE-2',
      (peer) => {
        peer.send([3, {}, 'wamp.close.normal']);
      },
    ],
    'it breaks the protocol': [
      'TE-3',
      (peer) => {
        peer.send([99]);
      },
    ],
  };

const endingCases: readonly ConformanceCase[] = [
  ...Object.entries(WAYS_TO_END).map(([way, [rows, end]]) =>
    bequeaths(rows, `publishes the testament of a session when ${way}`, async (c) => {
      const { testator, heir, subscription } = await family(c);
      await callMeta(testator, ADD, [c.uri('topic'), ['seeya'], { name: 'app1' }]);
      await heir.receiveNothing();
      await end(testator);
      await heir.expect([36, subscription, anyId, anyDict, ['seeya'], { name: 'app1' }]);
      await heir.receiveNothing();
    }),
  ),

  bequeaths(
    'TE-3',
    'publishes the testament of a session that is killed',
    async (c) => {
      const { testator, heir, subscription } = await family(c);
      await callMeta(testator, ADD, [c.uri('topic'), ['killed'], {}]);
      const killer = await c.join('killer');
      await expectMeta(killer, ['wamp.session.kill', [testator.session]], []);
      await testator.expect([6, anyDict, 'wamp.close.killed']);
      testator.send([6, {}, 'wamp.close.goodbye_and_out']);
      await heir.expect([36, subscription, anyId, anyDict, ['killed']]);
      await heir.receiveNothing();
    },
    announced('dealer', 'session_meta_api'),
  ),

  bequeaths('TE-4 TE-6', 'publishes all testaments in the order of adding', async (c) => {
    const { testator, heir, subscription } = await family(c);
    for (const number of [1, 2, 3, 4])
      await callMeta(testator, ADD, [c.uri('topic'), [number], {}]);
    testator.cut();
    for (const number of [1, 2, 3, 4])
      await heir.expect([36, subscription, anyId, anyDict, [number]]);
    await heir.receiveNothing();
  }),

  bequeaths('TE-5 TE-6', 'publishes those of scope detached first', async (c) => {
    const { testator, heir, subscription } = await family(c);
    const add = (value: string, kwargs?: object): Promise<unknown> =>
      callMeta(testator, ADD, [c.uri('topic'), [value], {}], kwargs);
    await add('destroyed 1', { scope: 'destroyed' });
    await add('detached 1', { scope: 'detached' });
    await add('destroyed 2');
    await add('detached 2', { scope: 'detached' });
    testator.cut();
    for (const value of ['detached 1', 'detached 2', 'destroyed 1', 'destroyed 2'])
      await heir.expect([36, subscription, anyId, anyDict, [value]]);
    await heir.receiveNothing();
  }),

  ...[
    { title: 'destroyed, by default', kwargs: {}, left: ['detached'] },
    { title: 'destroyed', kwargs: { scope: 'destroyed' }, left: ['detached'] },
    { title: 'detached', kwargs: { scope: 'detached' }, left: ['destroyed', 'default'] },
  ].map(({ title, kwargs, left }) =>
    bequeaths('TE-6 TE-7', `flushes the scope ${title}`, async (c) => {
      const { testator, heir, subscription } = await family(c);
      const args = (value: string): unknown[] => [c.uri('topic'), [value], {}];
      await callMeta(testator, ADD, args('destroyed'), { scope: 'destroyed' });
      await callMeta(testator, ADD, args('detached'), { scope: 'detached' });
      await callMeta(testator, ADD, args('default'));
      await expectMeta(testator, [FLUSH, [], kwargs], []);
      await callMeta(testator, ADD, args('added later'), { scope: 'destroyed' });
      testator.cut();
      for (const value of [...left, 'added later'])
        await heir.expect([36, subscription, anyId, anyDict, [value]]);
      await heir.receiveNothing();
    }),
  ),

  bequeaths('TE-8', 'answers with no value', async (c) => {
    const { testator } = await family(c);
    await expectMeta(testator, [ADD, [c.uri('topic'), [], {}]], []);
    await expectMeta(testator, [FLUSH], []);
    await expectMeta(testator, [FLUSH, [], { scope: 'detached' }], []);
  }),

  bequeaths('TE-12', 'belongs to the session that added it', async (c) => {
    const { testator, heir, subscription } = await family(c);
    const stranger = await c.join('stranger');
    await callMeta(testator, ADD, [c.uri('topic'), ['mine'], {}]);
    await callMeta(stranger, ADD, [c.uri('topic'), ['of the stranger'], {}]);
    await callMeta(stranger, FLUSH);
    const ended = await c.witness(stranger);
    stranger.cut();
    await ended();
    testator.cut();
    await heir.expect([36, subscription, anyId, anyDict, ['mine']]);
    await heir.receiveNothing();
  }),

  bequeaths('TE-1', 'is forgotten once it is published', async (c) => {
    const { testator, heir, subscription } = await family(c);
    await callMeta(testator, ADD, [c.uri('topic'), ['once'], {}]);
    testator.send([6, {}, 'wamp.close.normal']);
    await heir.expect([36, subscription, anyId, anyDict, ['once']]);
    await testator.leave();
    await (await c.join('next')).leave();
    await heir.receiveNothing();
  }),

  conforms(
    'TE-13',
    'announces the testament meta API as dealer only',
    async (c) => {
      const { roles } = (await c.join('peer')).welcome;
      const broker = isDict(roles) && isDict(roles['broker']) ? roles['broker']['features'] : {};
      ensure(
        !isDict(broker) || !Object.hasOwn(broker, 'testament_meta_api'),
        `announced as broker: ${JSON.stringify(broker)}`,
      );
    },
    testaments,
  ),
];

const optionCases: readonly ConformanceCase[] = [
  bequeaths(
    'TE-9',
    'honours the lists of receivers',
    async (c) => {
      const { testator, heir, subscription } = await family(c);
      const other = await c.join('other heir');
      await other.subscribe(c.uri('topic'));
      const add = (value: string, publish_options: object): Promise<unknown> =>
        callMeta(testator, ADD, [c.uri('topic'), [value], {}], { publish_options });
      await add('for both', { acknowledge: true });
      await add('for one', { eligible: [heir.session] });
      await add('for the other', { exclude: [heir.session] });
      await add('for nobody', { eligible: [] });
      testator.cut();
      for (const value of ['for both', 'for one'])
        await heir.expect([36, subscription, anyId, anyDict, [value]]);
      await heir.receiveNothing();
      for (const value of ['for both', 'for the other'])
        await other.expect([36, subscription, anyId, anyDict, [value]]);
      await other.receiveNothing();
    },
    announced('broker', 'subscriber_blackwhite_listing'),
  ),

  bequeaths(
    'TE-9',
    'retains a testament that wants it',
    async (c) => {
      const { testator, heir, subscription } = await family(c);
      const publish_options = { retain: true };
      await callMeta(testator, ADD, [c.uri('topic'), ['kept'], {}], { publish_options });
      testator.cut();
      await heir.expect([36, subscription, anyId, anyDict, ['kept']]);
      const late = await c.join('late');
      await late.subscribe(c.uri('topic'), { get_retained: true });
      await late.expect([36, subscription, anyId, dictWith({ retained: true }), ['kept']]);
    },
    announced('broker', 'event_retention'),
  ),

  bequeaths(
    'TE-9',
    'discloses the testator that wants it',
    async (c) => {
      const { testator, heir, subscription } = await family(c);
      const publish_options = { disclose_me: true };
      await callMeta(testator, ADD, [c.uri('topic'), ['me'], {}], { publish_options });
      testator.cut();
      const details = dictWith({ publisher: testator.session });
      await heir.expect([36, subscription, anyId, details, ['me']]);
    },
    announced('broker', 'publisher_identification'),
  ),

  bequeaths('TE-10', 'refuses a bad testament', async (c) => {
    const { testator, heir } = await family(c);
    const topic = c.uri('topic');
    for (const uri of ['not a uri', '', `${topic}..x`, 'wamp.session.on_join'])
      await expectRefusal(
        testator,
        [ADD, [uri, [], {}]],
        'wamp.error.invalid_uri',
        // What is below wamp. may be refused for either reason.
        ...(uri.startsWith('wamp.') ? ['wamp.error.not_authorized'] : []),
      );
    for (const args of [[], [5, [], {}], [topic, 'x', {}], [topic, [], []], [topic, {}, {}]])
      await expectRefusal(testator, [ADD, args], 'wamp.error.invalid_argument');
    for (const kwargs of [{ scope: 'x' }, { scope: 5 }, { publish_options: [] }])
      await expectRefusal(testator, [ADD, [topic, [], {}], kwargs], 'wamp.error.invalid_argument');
    for (const scope of ['x', 5])
      await expectRefusal(testator, [FLUSH, [], { scope }], 'wamp.error.invalid_argument');
    const ended = await c.witness(testator);
    testator.cut();
    await ended();
    await heir.receiveNothing();
  }),

  bequeaths(
    'TE-11',
    'refuses a testament on a topic that the session may not publish to',
    async (c) => {
      const { testator } = await family(c);
      const forbidden = `${String(c.target.forbiddenPrefix)}conformance`;
      await expectRefusal(testator, [ADD, [forbidden, [], {}]], 'wamp.error.not_authorized');
    },
    knowsForbidden,
  ),
];

/** Session testaments (WAMP 12.10). */
export const testamentCases: readonly ConformanceCase[] = [...endingCases, ...optionCases];

/** Somebody who makes a testament, and somebody who subscribes to its topic. */
async function family(
  c: CaseContext,
): Promise<{ readonly testator: Peer; readonly heir: Peer; readonly subscription: number }> {
  const heir = await c.join('heir', { roles: rolesWith('publisher_identification') });
  const subscription = await heir.subscribe(c.uri('topic'));
  return { testator: await c.join('testator'), heir, subscription };
}
