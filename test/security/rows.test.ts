// docs/security.md: each row of the threats that are defended is there, and each test that it names, so that the table cannot rot.
import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const APPLICATION = 'src/application.ts';

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

/** What somebody from outside may try: each is to be shown against the started application. */
const FROM_OUTSIDE = [
  ...numbered('L', 16),
  ...numbered('J', 15),
  ...numbered('W', 12),
  ...numbered('T', 9),
];
const ALL = [...FROM_OUTSIDE, ...numbered('P', 15), 'T10', 'T11', ...numbered('O', 10)];

interface NamedTest {
  readonly file: string;
  readonly name: string;
}

interface Row {
  readonly id: string;
  readonly defence: string;
  readonly tests: readonly NamedTest[];
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The rows of the document: id, threat, what is done, tests. */
const ROWS: readonly Row[] = read('docs/security.md')
  .split('\n')
  .filter((line) => /^\| [LJWPTO]\d+ /u.test(line))
  .map((line) => {
    const [, id = '', , defence = '', tests = ''] = line.split('|').map((cell) => cell.trim());
    return { id, defence, tests: testsIn(tests) };
  });

/** A link to a file, and the names in quotes behind it. */
function testsIn(cell: string): NamedTest[] {
  const parts = cell.matchAll(/\]\(\.\.\/(test\/[^)]+)\)([^[]*)/gu);
  return [...parts].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/“([^”]+)”/gu)].map(([, name = '']) => ({
      file,
      name: name.replaceAll('`', ''),
    })),
  );
}

/** The names of the tests of a file and of their groups; what is filled in when they run is an ellipsis. */
function namesIn(file: string): readonly string[] {
  const declared = read(file).matchAll(/\b(?:it|describe)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gsu);
  return [...declared].map(([, , name = '']) => name.replaceAll(/\$\{[^}]*\}/gu, '…'));
}

/** The files of ours that a file needs, by all ways. */
function neededBy(file: string, known = new Set<string>()): ReadonlySet<string> {
  for (const [, path = ''] of read(file).matchAll(/(?:from|import) '(\.{1,2}\/[^']+)\.js'/gu)) {
    const needed = normalize(join(dirname(file), `${path}.ts`));
    if (known.has(needed) || !existsSync(join(ROOT, needed))) continue;
    known.add(needed);
    if (needed.startsWith('test/')) neededBy(needed, known);
  }
  return known;
}

const startsApplication = (file: string): boolean =>
  neededBy(file).has(APPLICATION) || read(file).includes('src/main.js');

describe('docs/security.md', () => {
  it('has every row, once', () => {
    deepEqual(ROWS.map(({ id }) => id).sort(), ALL.sort());
  });

  for (const { id, defence, tests } of ROWS) {
    it(`${id} names sources and tests that are there`, () => {
      for (const [, file = ''] of defence.matchAll(/`((?:src|config)\/[^`]+)`/gu)) {
        ok(existsSync(join(ROOT, file)), file);
      }
      for (const { file, name } of tests) {
        ok(existsSync(join(ROOT, file)), file);
        ok(namesIn(file).includes(name), `${name} in ${file}`);
      }
    });
  }

  for (const id of FROM_OUTSIDE) {
    it(`${id} is shown against the started application`, () => {
      const { tests = [] } = ROWS.find((row) => row.id === id) ?? {};
      ok(tests.some(({ file }) => startsApplication(file)));
    });
  }
});
