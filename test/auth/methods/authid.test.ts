import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isAuthid, MAX_AUTHID_LENGTH } from '../../../src/auth/methods/authid.js';

describe('isAuthid', () => {
  for (const authid of [
    'alice',
    'a',
    'anonymous',
    'Jörg Müller',
    'x@example.com',
    '李',
    '__proto__',
  ]) {
    it(`accepts ${JSON.stringify(authid)}`, () => {
      assert.equal(isAuthid(authid), true);
    });
  }

  const refused = [
    '',
    'a\n{"level":"fatal"',
    'a\u0000',
    'a\u007f',
    '\u202enimda',
    'ad\u200bmin',
    '\ufeffadmin',
    'a\u2028b',
    '\ud800',
    42,
    null,
    undefined,
    ['alice'],
    { authid: 'alice' },
  ];
  for (const value of refused) {
    it(`refuses ${inspect(value)}`, () => {
      assert.equal(isAuthid(value), false);
    });
  }

  it('accepts the longest and refuses one more', () => {
    assert.equal(isAuthid('x'.repeat(MAX_AUTHID_LENGTH)), true);
    assert.equal(isAuthid('x'.repeat(MAX_AUTHID_LENGTH + 1)), false);
  });
});
