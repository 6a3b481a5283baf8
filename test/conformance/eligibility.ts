import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId } from './pattern.js';
import type { Peer } from './peer.js';
import { announced } from './target.js';

const listing = announced('broker', 'subscriber_blackwhite_listing');

/** Whom the options of a PUBLISH let receive: the lists are made of the two subscribers and the publisher. */
type Options = (first: Peer, second: Peer, publisher: Peer) => Readonly<Record<string, unknown>>;

const authid = (peer: Peer): unknown => peer.welcome['authid'];
const authrole = (peer: Peer): unknown => peer.welcome['authrole'];

/** Subscriber black- and whitelisting (WAMP 12.1). All sessions of the suite have one authid and one role. */
export const eligibilityCases: readonly ConformanceCase[] = [
  lists('BW-1', 'a session in exclude', (first) => ({ exclude: [first.session] }), ['second']),
  lists(
    'BW-2',
    'an authid in exclude_authid',
    (first) => ({ exclude_authid: [authid(first)] }),
    [],
  ),
  lists('BW-2', 'a foreign exclude_authid', () => ({ exclude_authid: ['x.nobody'] }), [
    'first',
    'second',
  ]),
  lists(
    'BW-3',
    'a role in exclude_authrole',
    (first) => ({ exclude_authrole: [authrole(first)] }),
    [],
  ),
  lists('BW-3', 'a foreign exclude_authrole', () => ({ exclude_authrole: ['x.nobody'] }), [
    'first',
    'second',
  ]),
  lists('BW-4', 'a session in eligible', (first) => ({ eligible: [first.session] }), ['first']),
  lists('BW-5', 'an authid in eligible_authid', (first) => ({ eligible_authid: [authid(first)] }), [
    'first',
    'second',
  ]),
  lists('BW-5', 'a foreign eligible_authid', () => ({ eligible_authid: ['x.nobody'] }), []),
  lists(
    'BW-6',
    'a role in eligible_authrole',
    (first) => ({ eligible_authrole: [authrole(first)] }),
    ['first', 'second'],
  ),
  lists('BW-6', 'a foreign eligible_authrole', () => ({ eligible_authrole: ['x.nobody'] }), []),
  lists(
    'BW-7',
    'all six lists at once',
    (first, second) => ({
      eligible: [first.session, second.session],
      eligible_authid: [authid(first)],
      eligible_authrole: [authrole(first)],
      exclude: [second.session],
      exclude_authid: ['x.nobody'],
      exclude_authrole: ['x.nobody'],
    }),
    ['first'],
  ),
  lists('BW-8', 'an empty eligible', () => ({ eligible: [] }), []),
  lists('BW-9', 'an empty exclude', () => ({ exclude: [] }), ['first', 'second']),
  lists(
    'BW-11',
    "the publisher's own id in eligible",
    (_1, _2, own) => ({ eligible: [own.session] }),
    [],
  ),
  lists('BW-13', 'an unknown session in exclude', () => ({ exclude: [2 ** 53 - 1] }), [
    'first',
    'second',
  ]),
  conforms(
    'BW-10',
    'sends nothing to an eligible session that has not subscribed',
    async (c) => {
      const stranger = await c.join('stranger');
      const publisher = await c.join('publisher');
      const options = { acknowledge: true, eligible: [stranger.session] };
      publisher.send([16, 1, options, c.uri('topic')]);
      await publisher.expect([17, 1, anyId]);
      await stranger.receiveNothing();
    },
    listing,
  ),
];

function lists(
  rows: string,
  what: string,
  options: Options,
  receivers: readonly string[],
): ConformanceCase {
  const whom = receivers.length === 0 ? 'nobody' : receivers.join(' and ');
  const run = async (c: CaseContext): Promise<void> => {
    const publisher = await c.join('publisher');
    const [first, second] = [await c.join('first'), await c.join('second')];
    const subscription = await publisher.subscribe(c.uri('topic'));
    for (const subscriber of [first, second]) await subscriber.subscribe(c.uri('topic'));
    publisher.send([
      16,
      2,
      { ...options(first, second, publisher), acknowledge: true },
      c.uri('topic'),
    ]);
    const [, , publication] = await publisher.expect([17, 2, anyId]);
    for (const subscriber of [first, second]) {
      if (receivers.includes(subscriber.name))
        await subscriber.expect([36, subscription, publication, anyDict]);
      await subscriber.receiveNothing();
    }
    await publisher.receiveNothing();
  };
  return conforms(rows, `${what} lets ${whom} receive`, run, listing);
}
