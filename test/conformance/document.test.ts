import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { startBareRouter } from './bare-router.js';
import { isDict } from './pattern.js';
import { GROUPS, ROWS } from './rows.js';
import { learnFacts } from './run-case.js';

const DOCUMENT = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');

/** The cells of the tables of the document, without the marks around code. */
const CELLS = DOCUMENT.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.replaceAll('`', '').trim()));

/** The features of each role, as the table `Role, Features` has them. */
function documentedFeatures(): Readonly<Record<string, readonly string[]>> {
  const rows = CELLS.filter(([, role]) => role === 'broker' || role === 'dealer');
  return Object.fromEntries(
    rows.map(([, role = '', features = '']) => [role, features.split(', ').sort()]),
  );
}

/** The features that are announced to a client, all true. */
function featuresOf(role: unknown): readonly string[] {
  const features = isDict(role) ? role['features'] : undefined;
  return isDict(features) ? Object.keys(features).sort() : [];
}

describe('docs/conformance.md', () => {
  it('lists the features that the router announces', async (t) => {
    const { target, shutdown } = await startBareRouter();
    t.after(shutdown);
    const { roles } = await learnFacts(target);
    deepEqual(documentedFeatures(), {
      broker: featuresOf(roles['broker']),
      dealer: featuresOf(roles['dealer']),
    });
  });

  it('lists each group with its title, its rows and those without a case', () => {
    const groups = CELLS.filter(([, group = '']) => Object.hasOwn(GROUPS, group));
    deepEqual(
      groups.map(([, group, title, rows, withoutCase]) => [group, title, rows, withoutCase]),
      Object.entries(GROUPS).map(([group, title]) => {
        const rows = ROWS.filter((row) => row.group === group);
        const open = rows.filter(({ reason }) => reason !== undefined);
        return [group, title, String(rows.length), String(open.length)];
      }),
    );
  });
});
