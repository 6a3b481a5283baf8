import { equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { CASES } from './cases.js';
import { unfitFor } from './conformance-case.js';
import { formatFailure } from './report.js';
import { learnFacts, runCase } from './run-case.js';
import type { Outcome } from './run-case.js';
import { enteredBy } from './target.js';
import type { DisposableRouter, Entrance, Facts } from './target.js';
import type { TransportName, Wire } from './wire/address.js';
import type { SerializerName } from './wire/wire-format.js';

/** What our routers are not configured for, by the options of the command that would tell the suite of it. */
const UNCONFIGURED = [
  ...['--disclosing-prefix', '--undisclosed-prefix', '--trust-level', '--history-prefix'],
  ...['--unretained-prefix', '--unrestricted-realm', '--strict-realm'],
];

/** A router of ours and a way into it. */
export interface OwnRouter {
  readonly name: string;
  readonly start: () => Promise<DisposableRouter>;
  readonly entrance: Entrance;
}

/** Runs the suite against a router of ours by one of its entrances in each of these serializers, each case as a test of its own. */
export function conformance(
  { name, start, entrance }: OwnRouter,
  serializers: readonly SerializerName[],
): void {
  for (const serializer of serializers)
    describe(`conformance of ${name} by ${entrance} in ${serializer}`, () => {
      runSuite(async () => enteredBy(await start(), entrance, serializer), {
        transport: transportBy(entrance),
        serializer,
      });
    });
}

/** Runs every case that has to do with the wire against a router that is started for it, each case as a test of its own. */
function runSuite(start: () => Promise<DisposableRouter>, wire: Wire): void {
  let started: DisposableRouter;
  let facts: Facts;

  before(async () => {
    started = await start();
    facts = await learnFacts(started.target);
  });

  after(() => started.shutdown());

  for (const conformanceCase of CASES.filter((each) => unfitFor(each, wire) === undefined)) {
    const { rows, title } = conformanceCase;
    it(`${rows.join(' ')}: ${title}`, async (t) => {
      const outcome = await runCase(conformanceCase, facts);
      if (outcome.kind === 'not offered' && isExpected(outcome.reason)) t.skip(outcome.reason);
      else equal(outcome.kind, 'passed', told(rows.join(' '), outcome));
    });
  }
}

function transportBy(entrance: Entrance): TransportName {
  return entrance === 'rawsocket by unix socket' ? 'rawsocket' : entrance;
}

/** Whether a case may be left out for this reason. What the router announces is pinned by document.test.ts. */
const isExpected = (reason: string): boolean =>
  /^(broker|dealer) (does not announce|announces) \w+$/.test(reason) ||
  UNCONFIGURED.some((option) => reason === `needs ${option}`);

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
