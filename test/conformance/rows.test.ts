import { deepEqual, notDeepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { CASES } from './cases.js';
import { tally } from './report.js';
import { GROUPS, ROWS } from './rows.js';

const ids = ROWS.map(({ id }) => id);
const named = new Set(CASES.flatMap(({ rows }) => rows));

describe('the rows of the conformance suite', () => {
  it('are listed once each, in groups that have a title', () => {
    deepEqual([...new Set(ids)], ids);
    deepEqual(
      ROWS.filter(({ group }) => !Object.hasOwn(GROUPS, group)),
      [],
    );
  });

  it('each have a case or a reason for having none', () => {
    const open = ROWS.filter(({ id, reason }) => !named.has(id) && reason === undefined);
    deepEqual(open, []);
  });

  it('have no reason for having no case if they have one', () => {
    const both = ROWS.filter(({ id, reason }) => named.has(id) && reason !== undefined);
    deepEqual(both, []);
  });

  it('are all that the cases name', () => {
    deepEqual(
      [...named].filter((id) => !ids.includes(id)),
      [],
    );
  });

  it('are named by every case', () => {
    deepEqual(
      CASES.filter(({ rows }) => rows.length === 0 || rows.includes('')),
      [],
    );
    const titles = CASES.map(({ rows, title }) => `${rows.join(' ')} ${title}`);
    deepEqual([...new Set(titles)], titles);
  });
});

describe('the tally of a run', () => {
  const [first, second] = CASES.filter(({ rows }) => rows.join() === 'MSG-10');
  const passed = { kind: 'passed' } as const;
  const failed = { kind: 'failed', reason: 'why', transcript: [] } as const;
  const notOffered = { kind: 'not offered', reason: 'why' } as const;

  function tallyOf(...outcomes: readonly (typeof passed | typeof failed | typeof notOffered)[]) {
    const results = [first, second].flatMap((conformanceCase, index) => {
      const outcome = outcomes[index];
      return conformanceCase && outcome ? [{ conformanceCase, outcome }] : [];
    });
    return tally(results).find(({ group }) => group === 'MSG');
  }

  it('counts a row as failed if one of its cases failed', () => {
    deepEqual(tallyOf(passed, failed)?.failed, ['MSG-10']);
    deepEqual(tallyOf(failed, notOffered)?.passed, []);
  });

  it('counts a row as passed if none of its cases failed and one passed', () => {
    deepEqual(tallyOf(passed, notOffered)?.passed, ['MSG-10']);
    deepEqual(tallyOf(passed, notOffered)?.notOffered, []);
  });

  it('counts a row as not offered if none of its cases could be run', () => {
    deepEqual(tallyOf(notOffered, notOffered)?.notOffered, ['MSG-10']);
    notDeepEqual(
      tally([]).flatMap(({ withoutCase }) => withoutCase),
      [],
    );
  });
});
