import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { saslprep } from '../../../src/auth/methods/saslprep.js';

describe('saslprep', () => {
  // The examples of RFC 4013, 3, and what its tables say besides.
  for (const [text, prepared] of [
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    ['a\u00a0b\u3000c', 'a b c'],
    ['\ufb01', 'fi'],
    ['\u0627\u0031\u0628', '\u0627\u0031\u0628'],
    ['\u0007', undefined],
    ['\u0627\u0031', undefined],
    ['a\u0627', undefined],
    ['\ue000', undefined],
    ['\u202eabc', undefined],
    ['\ud800', undefined],
    ['\u{e0041}', undefined],
  ] as const) {
    it(`makes ${JSON.stringify(prepared)} of ${JSON.stringify(text)}`, () => {
      equal(saslprep(text), prepared);
    });
  }
});
