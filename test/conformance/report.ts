import type { ConformanceCase } from './conformance-case.js';
import { GROUPS, ROWS } from './rows.js';
import type { Outcome } from './run-case.js';

/** A case that was run, and how it ended. */
export interface Result {
  readonly conformanceCase: ConformanceCase;
  readonly outcome: Outcome;
}

/** How the rows of one group fared. */
export interface GroupTally {
  readonly group: string;
  readonly title: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly notOffered: readonly string[];
  readonly withoutCase: readonly string[];
}

/**
 * How each group of rows fared. A row has failed if one of its cases has, has passed if none failed and one passed, is not offered if
 * none of its cases could be run. Rows of which no case was selected are left out.
 */
export function tally(results: readonly Result[]): readonly GroupTally[] {
  return Object.entries(GROUPS).map(([group, title]) => {
    const rows = ROWS.filter((row) => row.group === group);
    const ended = (kind: Outcome['kind']): readonly string[] =>
      rows.map(({ id }) => id).filter((id) => rowOutcome(id, results) === kind);
    return {
      group,
      title,
      passed: ended('passed'),
      failed: ended('failed'),
      notOffered: ended('not offered'),
      withoutCase: rows.filter((row) => row.reason !== undefined).map(({ id }) => id),
    };
  });
}

function rowOutcome(id: string, results: readonly Result[]): Outcome['kind'] | undefined {
  const kinds = results
    .filter(({ conformanceCase }) => conformanceCase.rows.includes(id))
    .map(({ outcome }) => outcome.kind);
  if (kinds.includes('failed')) return 'failed';
  if (kinds.includes('passed')) return 'passed';
  return kinds[0];
}

/** The table of groups, as text. */
export function formatTally(tallies: readonly GroupTally[]): string {
  const lines = tallies
    .filter(
      ({ passed, failed, notOffered }) => passed.length + failed.length + notOffered.length > 0,
    )
    .map(({ group, title, passed, failed, notOffered, withoutCase }) =>
      [
        `${group.padEnd(4)}${title.padEnd(34)}`,
        `${passed.length} passed`.padStart(11),
        `${failed.length} failed`.padStart(11),
        `${notOffered.length} not offered`.padStart(16),
        `${withoutCase.length} without a case`.padStart(19),
      ].join(''),
    );
  return lines.join('\n');
}

/** Each failure with what went over the wires, and each case that could not be run with the reason. */
export function formatDetails(results: readonly Result[]): string {
  const told = results.flatMap(({ conformanceCase, outcome }) => {
    const name = `${conformanceCase.rows.join(' ')}: ${conformanceCase.title}`;
    switch (outcome.kind) {
      case 'passed':
        return [];
      case 'not offered':
        return [`not offered  ${name} (${outcome.reason})`];
      case 'failed':
        return [formatFailure(name, outcome.reason, outcome.transcript)];
    }
  });
  return told.join('\n');
}

/** One failure with its transcript. */
export const formatFailure = (
  name: string,
  reason: string,
  transcript: readonly string[],
): string => `FAILED  ${name}\n  ${reason}\n${transcript.map((line) => `    ${line}`).join('\n')}`;
