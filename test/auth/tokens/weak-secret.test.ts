import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { weaknessOf } from '../../../src/auth/tokens/weak-secret.js';

const weakness = (text: string, minBytes = 32): string | undefined =>
  weaknessOf(Buffer.from(text), minBytes);

// J2
describe('weaknessOf', () => {
  it('says nothing against random bytes', () => {
    assert.equal(weaknessOf(randomBytes(32), 32), undefined);
    assert.equal(weaknessOf(randomBytes(64), 64), undefined);
    assert.equal(weakness(randomBytes(32).toString('hex')), undefined);
    assert.equal(weakness(randomBytes(24).toString('base64')), undefined);
  });

  it('refuses one byte less than needed', () => {
    assert.equal(weaknessOf(randomBytes(31), 32), 'has 31 bytes; 32 are needed');
    assert.equal(weaknessOf(randomBytes(63), 64), 'has 63 bytes; 64 are needed');
  });

  it('counts bytes, not characters', () => {
    assert.equal(weakness('äöüßéèêçñóúíâô§ø'), undefined);
  });

  for (const short of ['', 'secret', 'changeme', 'your-256-bit-secret', '!ChangeMe!']) {
    it(`refuses ${JSON.stringify(short)}`, () => {
      assert.match(weakness(short) ?? '', /are needed$/);
    });
  }

  for (const known of [
    '!ChangeThisMercureHubJWTSecretKey!',
    'a-string-secret-at-least-256-bits-long',
    'a-string-secret-at-least-256-bits-long\n',
    'example_key_of_sufficient_length',
  ]) {
    it(`refuses ${JSON.stringify(known)}, which documentation shows`, () => {
      assert.equal(weakness(known), 'is a published default');
    });
  }

  it('refuses hardly any different bytes', () => {
    assert.equal(weakness('a'.repeat(64)), 'has hardly any different bytes');
    assert.equal(weaknessOf(Buffer.alloc(64), 32), 'has hardly any different bytes');
    assert.equal(
      weakness('abcdefgabcdabcdefgabcdgfedcbadcbaabcdef'),
      'has hardly any different bytes',
    );
  });

  for (const repeated of [
    'changeme1'.repeat(4),
    'changeme-changeme-changeme-changeme',
    'secret-word'.repeat(3),
    '0123456789abcdef'.repeat(2),
  ]) {
    it(`refuses ${JSON.stringify(repeated)}, which says one thing again and again`, () => {
      assert.equal(weakness(repeated), 'repeats itself');
    });
  }

  it('refuses a public key, which is no secret', () => {
    const pem =
      '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n';
    assert.equal(weakness(pem), 'is a PEM, not a secret');
  });
});
