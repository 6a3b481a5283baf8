import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { checkRouterMessage } from './message-shape.js';
import { abort, anyDict, anyId, dictWith, dictWithout, error, matches, oneOf } from './pattern.js';
import { Transcript } from './transcript.js';

describe('matches', () => {
  const equals: readonly (readonly [unknown, unknown])[] = [
    [
      [33, 1, anyId],
      [33, 1, 2 ** 53],
    ],
    [
      { a: [1, null], b: '' },
      { b: '', a: [1, null] },
    ],
    [anyDict, {}],
    [dictWith({ a: 1 }), { a: 1, b: 2 }],
    [dictWithout('a'), { b: 1 }],
    [oneOf(1, [2]), [2]],
    [error(32, 1, 'a.b'), [8, 32, 1, {}, 'a.b']],
    [error(32, 1, 'a.b'), [8, 32, 1, {}, 'a.b', ['why'], {}]],
    [abort('a.b'), [3, { message: 'why' }, 'a.b']],
  ];
  for (const [expected, actual] of equals)
    it(`takes ${JSON.stringify(actual)} for ${JSON.stringify(expected)}`, () => {
      equal(matches(expected, actual), true);
    });

  const differs: readonly (readonly [unknown, unknown])[] = [
    [
      [33, 1, anyId],
      [33, 1],
    ],
    [
      [33, 1],
      [33, 1, 2],
    ],
    [[anyId], [0]],
    [[anyId], [1.5]],
    [[anyId], [2 ** 53 + 2]],
    [[anyId], ['1']],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: undefined }, { b: undefined }],
    [[], {}],
    [{}, []],
    [{}, null],
    [1, true],
    [dictWith({ a: 1 }), { a: 2 }],
    [dictWithout('a'), { a: undefined }],
    [anyDict, []],
    [error(32, 1, 'a.b'), [8, 32, 1, {}, 'a.b', 'why']],
    [error(32, 1, 'a.b'), [8, 32, 1, {}, 'a.b', [], {}, 1]],
    [error(32, 1, 'a.b'), [8, 34, 1, {}, 'a.b']],
    [abort('a.b'), [3, {}, 'a.c']],
  ];
  for (const [expected, actual] of differs)
    it(`takes ${JSON.stringify(actual)} not for ${JSON.stringify(expected)}`, () => {
      equal(matches(expected, actual), false);
    });
});

describe('checkRouterMessage', () => {
  it('lets every message in its right form pass', () => {
    checkRouterMessage([2, 1, { roles: {}, _own_key: 1 }]);
    checkRouterMessage([36, 1, 2, {}, [], {}]);
    checkRouterMessage([8, 48, 1, {}, 'not a uri', []]);
    checkRouterMessage([3, { message: 'no' }, 'wamp.error.protocol_violation']);
  });

  const wrong: readonly (readonly unknown[])[] = [
    [],
    ['33', 1, 1],
    [32, 1, {}, 'a.b'],
    [33, 1],
    [33, 1, 1, {}],
    [33, 0, 1],
    [17, 1, 2 ** 53 + 2],
    [36, 1, 1, []],
    [36, 1, 1, {}, {}],
    [3, {}, 'no uri'],
    [6, 'wamp.close.normal', {}],
    [50, 1, { Progress: true }],
    [50, 1, { ok: true }],
    [69, 1, { 'kill-mode': 'x' }],
  ];
  for (const message of wrong)
    it(`refuses ${JSON.stringify(message)}`, () => {
      throws(() => {
        checkRouterMessage(message);
      }, /^ConformanceFailure: MSG-2[01]: /);
    });
});

describe('Transcript', () => {
  it('tells no secret', () => {
    const transcript = new Transcript(['s3cret', '']);
    transcript.sent('peer', '[5,"s3cret",{}]');
    transcript.received('peer', 's3cret s3cret');
    deepEqual(transcript.lines, [
      'peer sent      [5,"<token>",{}]',
      'peer received  <token> <token>',
    ]);
  });

  it('cuts long lines', () => {
    const transcript = new Transcript();
    transcript.sent('peer', 'x'.repeat(1000));
    equal(transcript.lines[0]?.endsWith('… (1015 characters)'), true);
  });
});
