import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { trimKwargs } from '../../bench/contenders/trimming-peer.js';

describe('trimKwargs', () => {
  const cases: readonly [string, string][] = [
    ['[36,1,2,{},[{"a":1}],{}]', '[36,1,2,{},[{"a":1}]]'],
    ['[36,1,2,{},[{"a":1}],null]', '[36,1,2,{},[{"a":1}]]'],
    ['[36,1,2,{},[{"a":1}]]', '[36,1,2,{},[{"a":1}]]'],
    ['[36,1,2,{},[1],{"a":{}}]', '[36,1,2,{},[1],{"a":{}}]'],
    ['[36,1,2,{},[1,{}]]', '[36,1,2,{},[1,{}]]'],
    [',{}]', ',{}]'],
  ];
  for (const [message, expected] of cases) {
    it(`makes ${expected} of ${message}`, () => {
      const buffer = Buffer.from(`[]${message}[36,`);
      const end = trimKwargs(buffer, 2, 2 + message.length);
      assert.equal(buffer.toString('utf8', 2, end), expected);
    });
  }
});
