import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { callMeta, expectRefusal } from './meta-call.js';
import { anyDict, anyId, dictWith, isDict, matches, Matcher } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer, Wire } from './peer.js';
import { announced, knows } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const GET_EVENTS = 'wamp.subscription.get_events';
const UNKNOWN = 2 ** 53 - 1;
const history: readonly Need[] = [announced('broker', 'event_history'), knows('historyPrefix')];
const patterns = announced('broker', 'pattern_based_subscription');
const listing = announced('broker', 'subscriber_blackwhite_listing');

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const timestamp = new Matcher(
  'RFC 3339 timestamp',
  (value) => typeof value === 'string' && RFC3339.test(value),
);

/** A case that needs topics whose events are kept. */
const keeps = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, ...history, ...needs);

const resultCases: readonly ConformanceCase[] = [
  keeps('EH-1 EH-15', 'gives each event as a positional result', async (c) => {
    const made = await kept(c);
    const { asker, subscriber, publisher, subscription } = made;
    const payloads = [[['a', 1], { b: [2] }], [['a']], [[], { b: 2 }], []];
    for (const payload of payloads) {
      const publication = await publisher.publish(topic(c), ...payload);
      await subscriber.expect([36, subscription, publication, anyDict, ...payload]);
      const events = await callMeta(asker, GET_EVENTS, [subscription]);
      const last = events.at(-1);
      const same = { timestamp, subscription, publication, details: anyDict };
      ensure(matches(dictWith(same), last), `the last of ${JSON.stringify(events)}`);
      const { args = [], kwargs = {} } = isDict(last) ? last : {};
      const [sentArgs = [], sentKwargs = {}] = payload;
      ensure(matches([sentArgs, sentKwargs], [args, kwargs]), `payload of ${JSON.stringify(last)}`);
    }
  }),

  keeps('EH-2', 'gives nothing where nothing was published or all is filtered out', async (c) => {
    const made = await kept(c);
    const { publisher } = made;
    await expectEvents(made, {}, []);
    const publication = await publisher.publish(topic(c));
    await expectEvents(made, { after_publication: publication }, []);
    await expectEvents(made, { before_publication: publication }, []);
  }),

  keeps('EH-3', 'gives events in the order of receipt, or the reverse', async (c) => {
    const made = await kept(c);
    const { publisher } = made;
    const other = await c.join('other publisher');
    const publications: number[] = [];
    for (let count = 0; count < 4; count += 1)
      for (const from of [publisher, other]) publications.push(await from.publish(topic(c)));
    await expectEvents(made, {}, publications);
    await expectEvents(made, { reverse: false }, publications);
    await expectEvents(made, { reverse: true }, publications.toReversed());
  }),

  keeps('EH-4', 'gives at most as many as asked for', async (c) => {
    const made = await five(c);
    const { publications } = made;
    await expectEvents(made, { limit: 2 }, publications.slice(0, 2));
    await expectEvents(made, { limit: 5 }, publications);
    await expectEvents(made, { limit: 50 }, publications);
    const backwards = publications.toReversed();
    await expectEvents(made, { limit: 2, reverse: true }, backwards.slice(0, 2));
  }),

  keeps('EH-4', 'refuses what is no limit', async (c) => {
    const made = await five(c);
    const { asker, subscription } = made;
    for (const limit of ['2', 1.5, -1, {}])
      await expectRefusal(
        asker,
        [GET_EVENTS, [subscription], { limit }],
        'wamp.error.invalid_argument',
      );
    for (const args of [[], ['x'], [{}]])
      await expectRefusal(asker, [GET_EVENTS, args], 'wamp.error.invalid_argument');
  }),

  keeps('EH-15', 'takes the limit as second positional argument, too', async (c) => {
    const made = await five(c);
    const { asker, subscription, publications, marker } = made;
    const events = await callMeta(asker, GET_EVENTS, [subscription, 3], {
      after_publication: marker,
    });
    ensure(matches(publications.slice(0, 3), publicationsOf(events)), JSON.stringify(events));
  }),

  keeps('EH-13', 'refuses an unknown subscription', async (c) => {
    const made = await kept(c);
    const { asker } = made;
    await expectRefusal(asker, [GET_EVENTS, [UNKNOWN]], 'wamp.error.no_such_subscription');
  }),

  keeps(
    'EH-12',
    'refuses who may not ask',
    async (c) => {
      const made = await five(c);
      const { subscription } = made;
      const stranger = await c.join('stranger', { url: String(c.target.withoutMetaUrl) });
      await expectRefusal(stranger, [GET_EVENTS, [subscription]], 'wamp.error.not_authorized');
    },
    knows('withoutMetaUrl'),
  ),

  conforms(
    'EH-14',
    'announces event history as broker, and no role of a client',
    async (c) => {
      const { roles } = (await c.join('peer')).welcome;
      ensure(isDict(roles) && !Object.hasOwn(roles, 'callee'), JSON.stringify(roles));
    },
    announced('broker', 'event_history'),
  ),
];

const filterCases: readonly ConformanceCase[] = [
  keeps('EH-5', 'filters by time, with the borders as named', async (c) => {
    const made = await kept(c);
    const events = await publishUntilLater(c, made);
    const filters: Readonly<Record<string, (time: string, border: string) => boolean>> = {
      from_time: (time, border) => time >= border,
      after_time: (time, border) => time > border,
      before_time: (time, border) => time < border,
      until_time: (time, border) => time <= border,
    };
    for (const border of [events[0], events.at(-1)])
      for (const [name, accepts] of Object.entries(filters)) {
        const expected = events.filter(({ time }) => accepts(time, String(border?.time)));
        const ids = expected.map(({ publication }) => publication);
        await expectEvents(made, { [name]: border?.time }, ids);
      }
    const all = events.map(({ publication }) => publication);
    // An hour before the first, written in another time zone.
    const early = new Date(Date.parse(String(events[0]?.time)) - 3_600_000).toISOString();
    const offset = early.replace(/Z$/, '+00:00');
    await expectEvents(made, { from_time: offset }, all);
    await expectEvents(made, { until_time: offset }, []);
  }),

  keeps('EH-5', 'refuses what is no time', async (c) => {
    const made = await five(c);
    const { asker, subscription } = made;
    for (const from_time of ['yesterday', 5, ''])
      await expectRefusal(
        asker,
        [GET_EVENTS, [subscription], { from_time }],
        'wamp.error.invalid_argument',
      );
  }),

  keeps('EH-6', 'filters by publication, by its place and not by its id', async (c) => {
    const made = await five(c);
    const { publications } = made;
    for (const [index, publication] of publications.entries()) {
      const upTo = publications.slice(0, index + 1);
      const from = publications.slice(index);
      await expectEvents(made, { from_publication: publication }, from);
      await expectEvents(made, { after_publication: publication }, from.slice(1));
      await expectEvents(made, { until_publication: publication }, upTo);
      const before = upTo.slice(0, -1);
      await expectEvents(made, { before_publication: publication }, before);
    }
  }),

  keeps('EH-8 EH-6', 'gives what passes all filters', async (c) => {
    const made = await five(c);
    const { publications } = made;
    const [, second, , fourth] = publications;
    const between = { after_publication: second, until_publication: fourth };
    await expectEvents(made, between, publications.slice(2, 4));
    const last = { ...between, reverse: true, limit: 1 };
    await expectEvents(made, last, publications.slice(3, 4));
    const none = { from_publication: fourth, before_publication: second };
    await expectEvents(made, none, []);
  }),

  keeps(
    'EH-7 EH-9',
    'keeps for each subscription what was dispatched to it',
    async (c) => {
      const subscriber = await c.join('subscriber');
      const log = topic(c, 'log');
      const auth = await subscriber.subscribe(`${log}.auth`);
      const basket = await subscriber.subscribe(`${log}.basket`);
      const prefix = await subscriber.subscribe(log, { match: 'prefix' });
      const publisher = await c.join('publisher');
      const ofAuth = await publisher.publish(`${log}.auth`);
      const ofBasket = await publisher.publish(`${log}.basket`);
      const ids: number[] = [];
      for (const name of ['auth', 'basket', 'basket', 'basket', 'checkout'])
        ids.push(await publisher.publish(`${log}.${name}`));
      const asker = await c.join('asker');
      await expectEvents({ asker, subscription: auth, marker: ofAuth }, {}, ids.slice(0, 1));
      await expectEvents({ asker, subscription: basket, marker: ofBasket }, {}, ids.slice(1, 4));
      await expectEvents({ asker, subscription: prefix, marker: ofBasket }, {}, ids);
      await expectEvents(
        { asker, subscription: prefix, marker: ofBasket },
        { topic: `${log}.basket` },
        ids.slice(1, 4),
      );
      await expectEvents(
        { asker, subscription: prefix, marker: ofBasket },
        { topic: `${log}.basket`, limit: 1 },
        ids.slice(1, 2),
      );
      await expectEvents({ asker, subscription: prefix, marker: ofBasket }, { topic: log }, []);
    },
    patterns,
  ),

  keeps(
    'EH-10',
    'keeps nothing that was published with lists of sessions',
    async (c) => {
      const made = await kept(c);
      const { asker, publisher } = made;
      const first = await publisher.publish(topic(c));
      for (const options of [{ eligible: [asker.session] }, { exclude: [1] }, { eligible: [] }])
        await publishWith(c, publisher, options);
      const last = await publisher.publish(topic(c));
      await expectEvents(made, {}, [first, last]);
    },
    listing,
  ),

  keeps(
    'EH-11',
    'filters by the authid and authrole of who asks',
    async (c) => {
      const made = await kept(c);
      const { asker, publisher } = made;
      const { authid, authrole } = asker.welcome;
      const visible = [
        await publishWith(c, publisher, { eligible_authid: [authid] }),
        await publishWith(c, publisher, { eligible_authrole: [authrole, 'x.nobody'] }),
        await publishWith(c, publisher, { exclude_authid: ['x.nobody'] }),
      ];
      await publishWith(c, publisher, { eligible_authid: ['x.nobody'] });
      await publishWith(c, publisher, { eligible_authrole: ['x.nobody'] });
      await publishWith(c, publisher, { exclude_authid: [authid] });
      await publishWith(c, publisher, { exclude_authrole: [authrole] });
      await publishWith(c, publisher, { eligible_authid: [authid], exclude_authrole: [authrole] });
      visible.push(await publishWith(c, publisher, {}));
      await expectEvents(made, {}, visible);
      await expectEvents(made, { limit: 4 }, visible);
    },
    listing,
  ),
];

/** Event history (WAMP 12.7). */
export const eventHistoryCases: readonly ConformanceCase[] = [...resultCases, ...filterCases];

interface Kept {
  readonly asker: Peer;
  readonly subscriber: Peer;
  readonly publisher: Peer;
  readonly subscription: number;
  /** The publication before those of the case: the history of the topic may be longer. */
  readonly marker: number;
}

type Asked = Pick<Kept, 'asker' | 'subscription' | 'marker'>;

const topic = (c: CaseContext, name = 'topic'): string =>
  `${String(c.target.historyPrefix)}${name}`;

/** A subscription whose events are kept, somebody who publishes to it and somebody who asks. */
async function kept(c: CaseContext): Promise<Kept> {
  const subscriber = await c.join('subscriber');
  const subscription = await subscriber.subscribe(topic(c));
  const publisher = await c.join('publisher');
  const marker = await publisher.publish(topic(c));
  await subscriber.expect([36, subscription, marker, anyDict]);
  return { asker: await c.join('asker'), subscriber, publisher, subscription, marker };
}

async function five(c: CaseContext): Promise<Kept & { readonly publications: readonly number[] }> {
  const made = await kept(c);
  const publications: number[] = [];
  for (const number of [1, 2, 3, 4, 5])
    publications.push(await made.publisher.publish(topic(c), [number]));
  return { ...made, publications };
}

async function publishWith(c: CaseContext, publisher: Peer, options: object): Promise<number> {
  const request = publisher.request;
  publisher.send([16, request, { ...options, acknowledge: true }, topic(c)]);
  return idAt(await publisher.expect([17, request, anyId]), 2);
}

const publicationsOf = (events: Wire): Wire =>
  events.map((event) => (isDict(event) ? event['publication'] : event));

/** Claims that these publications since the marker pass the filters. */
async function expectEvents(
  { asker, subscription, marker }: Asked,
  filters: object,
  publications: Wire,
): Promise<void> {
  const since = { after_publication: marker, ...filters };
  const events = await callMeta(asker, GET_EVENTS, [subscription], since);
  ensure(
    matches(publications, publicationsOf(events)),
    `${JSON.stringify(filters)}\n  expected ${JSON.stringify(publications)}\n  received ${JSON.stringify(events)}`,
  );
}

/** Publishes until the clock of the router has moved on, and gives all events with their times. */
async function publishUntilLater(
  c: CaseContext,
  { asker, publisher, subscription, marker }: Kept,
): Promise<readonly { readonly publication: unknown; readonly time: string }[]> {
  for (let published = 0; published < 50; published += 1) {
    await publisher.publish(topic(c));
    const since = { after_publication: marker };
    const events = (await callMeta(asker, GET_EVENTS, [subscription], since)).filter(isDict);
    const timed = events.map((event) => ({
      publication: event['publication'],
      time: String(event['timestamp']),
    }));
    if (timed.length > 2 && timed[0]?.time !== timed.at(-1)?.time) return timed;
  }
  ensure(false, 'fifty events in a row have the same timestamp');
}
