import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { startBareRouter } from './bare-router.js';
import { casesIn } from './own-run.js';
import { OWN_RUNS } from './own-runs.js';
import { GROUPS, ROWS } from './rows.js';
import { learnFacts } from './run-case.js';
import { announcedIn } from './target.js';
import type { Facts } from './target.js';

const DOCUMENT = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');

/** The cells of the tables of the document, without the marks around code. */
const CELLS = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.replaceAll('`', '').trim()));

const GROUP_CELLS = CELLS.filter(([, group = '']) => Object.hasOwn(GROUPS, group));

/** The features of each role, as the table `Role, Features` has them. */
function documentedFeatures(): Readonly<Record<string, readonly string[]>> {
  const rows = CELLS.filter(([, role]) => role === 'broker' || role === 'dealer');
  return Object.fromEntries(
    rows.map(([, role = '', features = '']) => [role, features.split(', ').sort()]),
  );
}

describe('docs/conformance.md', () => {
  it('lists the features that the router announces', async (t) => {
    deepEqual(documentedFeatures(), announcedIn(await factsOfOurs(t)));
  });

  it('lists each group with its title, its rows, those that our own runs pass and those without a case', async (t) => {
    const facts = await factsOfOurs(t);
    const passed = new Set(
      Object.values(OWN_RUNS)
        .flat()
        .flatMap((run) => casesIn(run))
        .filter(({ needs }) => needs.every((need) => need(facts) === undefined))
        .flatMap(({ rows }) => rows),
    );
    const groups = GROUP_CELLS.map(([, group, title, , ...counts]) => [group, title, ...counts]);
    deepEqual(
      groups.map((cells) => cells.slice(0, 5)),
      Object.entries(GROUPS).map(([group, title]) => {
        const rows = ROWS.filter((row) => row.group === group);
        const counts = [
          rows.length,
          rows.filter(({ id }) => passed.has(id)).length,
          rows.filter(({ reason }) => reason !== undefined).length,
        ];
        return [group, title, ...counts.map(String)];
      }),
    );
  });

  it('names every feature with its group of rows', async (t) => {
    const { broker, dealer } = announcedIn(await factsOfOurs(t));
    const named = GROUP_CELLS.flatMap(([, , , features = '']) => features.split(', '));
    deepEqual(
      [...new Set(named.filter((feature) => feature !== '–'))].sort(),
      [...new Set([...broker, ...dealer])].sort(),
    );
  });
});

/** What our router says of itself. */
async function factsOfOurs(t: TestContext): Promise<Facts> {
  const { target, shutdown } = await startBareRouter();
  t.after(shutdown);
  return learnFacts(target);
}
