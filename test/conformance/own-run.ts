import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { CASES } from './cases.js';
import { unfitFor } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { formatFailure } from './report.js';
import { learnFacts, runCase } from './run-case.js';
import type { Outcome } from './run-case.js';
import { announcedIn, enteredBy } from './target.js';
import type { DisposableRouter, Entrance, Facts } from './target.js';
import type { TransportName, Wire } from './wire/address.js';
import type { SerializerName } from './wire/wire-format.js';

/** What our routers announce, sorted: a feature that one of them announces no more fails its run. */
const ANNOUNCED = {
  broker: [
    ...['event_history', 'event_retention', 'pattern_based_subscription', 'payload_passthru_mode'],
    ...['publication_trustlevels', 'publisher_exclusion', 'publisher_identification'],
    ...['session_meta_api', 'subscriber_blackwhite_listing', 'subscription_meta_api'],
    'subscription_revocation',
  ],
  dealer: [
    ...['call_canceling', 'call_reroute', 'call_timeout', 'call_trustlevels'],
    ...['caller_identification', 'pattern_based_registration', 'payload_passthru_mode'],
    ...['progressive_call_invocations', 'progressive_call_results', 'registration_meta_api'],
    ...['registration_revocation', 'session_meta_api', 'shared_registration', 'testament_meta_api'],
  ],
};

/** The only reasons for which a case may be left out: those of the cases on routers that announce less than ours. */
const LEFT_OUT = [
  'dealer announces progressive_call_invocations',
  'dealer announces call_reroute',
  'dealer announces caller_identification',
  'broker announces publisher_identification',
  'broker announces payload_passthru_mode',
];

/** What a transport or a serializer may get wrong: framing, conversion, order, and the ways to end. */
const WIRE_GROUPS = ['WS', 'SER', 'MSG', 'SES', 'PV', 'ORD', 'BAT', 'RS', 'LP', 'P', 'PP'];

/** Which cases a run has. */
export type Extent = 'every case' | 'cases about the wire';

/** Runs of the suite against a router of ours. */
export interface OwnRun {
  readonly name: string;
  readonly start: () => Promise<DisposableRouter>;
  readonly entrance: Entrance;
  /** One run for each. */
  readonly serializers: readonly SerializerName[];
  readonly extent: Extent;
}

/** Runs the suite against a router of ours by one of its entrances in each of these serializers, each case as a test of its own. */
export function conformance({ name, start, entrance, serializers, extent }: OwnRun): void {
  for (const serializer of serializers)
    describe(`conformance of ${name} by ${entrance} in ${serializer}, ${extent}`, () => {
      const wire = { transport: transportBy(entrance), serializer };
      runSuite(async () => enteredBy(await start(), entrance, serializer), casesOf(wire, extent));
    });
}

/** The cases that a run has, in each of its serializers. */
export const casesIn = ({ entrance, serializers, extent }: OwnRun): readonly ConformanceCase[] =>
  serializers.flatMap((serializer) =>
    casesOf({ transport: transportBy(entrance), serializer }, extent),
  );

/** Runs cases against a router that is started for them, each as a test of its own; those that wait for a time to pass wait together. */
function runSuite(start: () => Promise<DisposableRouter>, cases: readonly ConformanceCase[]): void {
  let started: DisposableRouter;
  let facts: Facts;

  before(async () => {
    started = await start();
    facts = await learnFacts(started.target);
  });

  after(() => started.shutdown());

  it('announces its features, no more and no less', () => {
    deepEqual(announcedIn(facts), ANNOUNCED);
  });

  function itPasses(conformanceCase: ConformanceCase): void {
    const { rows, title } = conformanceCase;
    it(`${rows.join(' ')}: ${title}`, async (t) => {
      const outcome = await runCase(conformanceCase, facts);
      if (outcome.kind === 'not offered' && LEFT_OUT.includes(outcome.reason))
        t.skip(outcome.reason);
      else equal(outcome.kind, 'passed', told(rows.join(' '), outcome));
    });
  }

  for (const each of cases.filter((each) => !isWaiting(each))) itPasses(each);
  describe('with time', { concurrency: true }, () => {
    for (const each of cases.filter(isWaiting)) itPasses(each);
  });
}

const casesOf = (wire: Wire, extent: Extent): readonly ConformanceCase[] =>
  CASES.filter((each) => unfitFor(each, wire) === undefined).filter(
    ({ rows }) => extent === 'every case' || rows.some((row) => WIRE_GROUPS.includes(groupOf(row))),
  );

/** Whether a case takes its time, on sessions that are nobody else's business. */
const isWaiting = ({ rows: [row = ''] }: ConformanceCase): boolean =>
  groupOf(row) === 'TO' || ['AU-11', 'MS-19', 'PR-9'].includes(row);

const groupOf = (row: string): string => row.slice(0, row.indexOf('-'));

function transportBy(entrance: Entrance): TransportName {
  return entrance === 'rawsocket by unix socket' ? 'rawsocket' : entrance;
}

function told(name: string, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'passed':
      return name;
    case 'not offered':
      return `${name}: ${outcome.reason}`;
    case 'failed':
      return formatFailure(name, outcome.reason, outcome.transcript);
  }
}
