import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidToken } from '../../../src/auth/tokens/invalid-token.js';

describe('InvalidToken', () => {
  it('keeps the class for the client apart from what is for the log', () => {
    const error = new InvalidToken('invalid_token', 'another issuer', {
      kid: 'k1',
      authid: 'alice',
    });
    assert.equal(error.code, 'invalid_token');
    assert.equal(error.detail, 'another issuer');
    assert.equal(error.message, 'invalid_token: another issuer');
    assert.deepEqual(error.context, { kid: 'k1', authid: 'alice' });
  });

  it('knows nothing of the token when nothing is given', () => {
    assert.deepEqual(new InvalidToken('token_expired', 'expired').context, {});
  });
});
