import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import jwt from 'jsonwebtoken';
import { newKey, signToken } from '../../bench/contenders/expressway-config.js';

describe('signToken', () => {
  it('makes a token that an independent library verifies with the key', () => {
    const key = newKey();
    const token = signToken(key);
    const { header, payload } = jwt.verify(token, key.secret, {
      algorithms: ['HS256'],
      issuer: 'expressway',
      audience: 'wamp',
      complete: true,
    });
    assert.ok(typeof payload === 'object');
    assert.equal(header.kid, 'bench');
    assert.equal(payload.sub, 'bench');
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
  });
});
