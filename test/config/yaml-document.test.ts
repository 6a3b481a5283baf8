import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { describeProblem } from '../../src/config/config-error.js';
import { originOf, plainValue } from '../../src/config/config-node.js';
import { parseYaml } from '../../src/config/yaml-document.js';

const parse = (text: string) =>
  parseYaml(text, (line, column) => ({ file: 'x.yaml', line, column }));

const value = (text: string): unknown => {
  const { node, problems } = parse(text);
  deepEqual(problems, []);
  return node && JSON.parse(JSON.stringify(plainValue(node)));
};

const problems = (text: string): readonly string[] => parse(text).problems.map(describeProblem);

describe('parseYaml', () => {
  it('reads mappings, lists and scalars of the core schema', () => {
    deepEqual(value('a: [1, 2.5, true, null, text, "0660", 2026-11-22]\nb: { c: ~ }'), {
      a: [1, 2.5, true, null, 'text', '0660', '2026-11-22'],
      b: { c: null },
    });
  });

  it('knows the line and column of each value', () => {
    const { node } = parse('a:\n  - x\n  -   b: 5m\n');
    ok(node);
    deepEqual(originOf(node, ['a', 1, 'b']), { file: 'x.yaml', line: 3, column: 10 });
  });

  it('gives what is missing the origin of what is around it', () => {
    const { node } = parse('a:\n  b: 1\n');
    ok(node);
    deepEqual(originOf(node, ['a', 'c', 'd']), { file: 'x.yaml', line: 2, column: 3 });
  });

  it('follows aliases, and takes the nearest anchor above', () => {
    deepEqual(value('a: &x 1\nb: *x\nc: &x 2\nd: *x'), { a: 1, b: 1, c: 2, d: 2 });
  });

  for (const [name, text, expected] of [
    [
      'a key given twice',
      'a: 1\nb: 2\na: 3\n',
      'x.yaml:3:1: expected each key once, found it a second time',
    ],
    [
      'an alias of nothing',
      'a: *x\n',
      'x.yaml:1:4 /a: expected an alias of an anchor defined above',
    ],
    [
      'a tab as indentation',
      'a:\n\tb: 1\n',
      'x.yaml:2:1: expected spaces as indentation, found a tab',
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      'x.yaml:2:1: expected one document, found a second one',
    ],
    [
      'a list as key',
      '? [a]\n: 1\n',
      'x.yaml:1:3: expected a plain key, found a list, a mapping or an alias',
    ],
    [
      'a tag of its own',
      'a: !secret x\n',
      'x.yaml:1:4: expected a value without a tag, or with one of YAML 1.2',
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      deepEqual(problems(text), [expected]);
    });
  }

  it('quotes nothing of a text that is not well-formed', () => {
    const texts = [
      'secret: "canary\n',
      'secret: [canary}\n',
      'secret: canary: canary\n',
      'a: "\\canary"\n',
    ];
    for (const text of texts) {
      const found = problems(text);
      ok(found.length > 0, text);
      equal(found.join('\n').includes('canary'), false, found.join('\n'));
    }
  });

  it('refuses aliases that grow to more than a hundred thousand values, once', () => {
    const levels = Array.from({ length: 8 }, (_, level) => {
      const item = level === 0 ? 'x' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 10 }, () => item).join(', ')}]`;
    });
    deepEqual(
      parse(levels.join('\n')).problems.map((problem) => problem.message),
      ['expected a smaller or flatter document'],
    );
  });

  it('refuses an alias within its own anchor', () => {
    deepEqual(
      parse('a: &x [*x]').problems.map((problem) => problem.message),
      ['expected a smaller or flatter document'],
    );
  });

  it('accepts 33 lists within one another and refuses 34', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    deepEqual(problems(nested(33)), []);
    equal(problems(nested(34)).length, 1);
  });

  it('refuses what would exhaust the parser itself', () => {
    const deep = [
      '['.repeat(100_000),
      '{a: '.repeat(100_000),
      '- '.repeat(100_000),
      `a: ${'['.repeat(300)}`,
    ];
    for (const text of deep) {
      deepEqual(problems(text), ['x.yaml:1:1: expected a smaller or flatter document']);
    }
  });

  it('refuses more than 1 Mi characters', () => {
    deepEqual(problems('#'.repeat(1_048_577)), ['x.yaml:1:1: expected at most 1048576 characters']);
  });
});
