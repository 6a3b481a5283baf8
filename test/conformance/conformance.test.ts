import { equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { startApplicationTarget } from './application-target.js';
import { startBareRouter } from './bare-router.js';
import { CASES } from './cases.js';
import { formatFailure } from './report.js';
import { learnFacts, runCase } from './run-case.js';
import type { Outcome } from './run-case.js';
import type { DisposableRouter, Facts } from './target.js';

/** The rows of features that the router does not announce: a case that is not offered for any other reason fails. */
const NOT_ANNOUNCED = new Set([
  ...['URI-7', 'URI-13', 'URI-14', 'ORD-8', 'PI-1', 'PI-2', 'CI-1', 'CI-2', 'CI-3'],
]);

describe('conformance of the application', () => {
  runSuite(startApplicationTarget);
});

describe('conformance of the router alone', () => {
  runSuite(startBareRouter);
});

/** Runs every case against a router that is started for it, each case as a test of its own. */
function runSuite(start: () => Promise<DisposableRouter>): void {
  let started: DisposableRouter;
  let facts: Facts;

  before(async () => {
    started = await start();
    facts = await learnFacts(started.target);
  });

  after(() => started.shutdown());

  for (const conformanceCase of CASES) {
    const { rows, title } = conformanceCase;
    const expected = rows.every((row) => NOT_ANNOUNCED.has(row)) ? 'not offered' : 'passed';
    it(`${rows.join(' ')}: ${title}`, async () => {
      const outcome = await runCase(conformanceCase, facts);
      equal(outcome.kind, expected, told(rows.join(' '), outcome));
    });
  }
}

function told(name: string, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'passed':
      return `${name} is not expected to pass: announce the feature here, too`;
    case 'not offered':
      return `${name}: ${outcome.reason}`;
    case 'failed':
      return formatFailure(name, outcome.reason, outcome.transcript);
  }
}
