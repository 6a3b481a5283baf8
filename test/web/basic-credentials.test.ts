import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  hasAuthorization,
  MalformedCredentials,
  maxCredentialBytes,
  parseBasicCredentials,
} from '../../src/web/basic-credentials.js';

function parse(bytes: string | Buffer): unknown {
  return parseBasicCredentials(['Authorization', `Basic ${Buffer.from(bytes).toString('base64')}`]);
}

describe('parseBasicCredentials', () => {
  it("reads the RFC's own examples", () => {
    // RFC 7617, 2 and 2.1.
    const plain = ['Host', 'a', 'authorization', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='];
    assert.deepEqual(parseBasicCredentials(plain), {
      username: 'Aladdin',
      password: 'open sesame',
    });
    const pound = ['AUTHORIZATION', 'basic dGVzdDoxMjPCow=='];
    assert.deepEqual(parseBasicCredentials(pound), { username: 'test', password: '123£' });
  });

  it('splits at the first colon and keeps empty parts and a BOM', () => {
    assert.deepEqual(parse('a:b:c'), { username: 'a', password: 'b:c' });
    assert.deepEqual(parse(':'), { username: '', password: '' });
    assert.deepEqual(parse('\ufeffa:b'), { username: '\ufeffa', password: 'b' });
  });

  it('takes base64 without padding', () => {
    assert.deepEqual(parseBasicCredentials(['Authorization', 'Basic YTpi']), parse('a:b'));
    assert.deepEqual(parseBasicCredentials(['Authorization', 'Basic YTpiYw']), parse('a:bc'));
  });

  it('finds nothing without a header of the scheme, even if a value is the name of the header', () => {
    assert.equal(parseBasicCredentials([]), undefined);
    assert.equal(parseBasicCredentials(['X', 'Authorization', 'Y', 'Basic YTpi']), undefined);
    assert.equal(parseBasicCredentials(['Authorization', 'Bearer YTpi']), undefined);
    assert.equal(parseBasicCredentials(['Authorization', '']), undefined);
  });

  it('reads 1 KiB and refuses one byte more', () => {
    const password = 'x'.repeat(maxCredentialBytes - 2);
    assert.deepEqual(parse(`a:${password}`), { username: 'a', password });
    assert.throws(() => parse(`a:${password}x`), MalformedCredentials);
  });

  const malformed: readonly [string, readonly string[]][] = [
    ['two headers', ['Authorization', 'Basic YTpi', 'authorization', 'Bearer x']],
    ['no token', ['Authorization', 'Basic']],
    ['no base64', ['Authorization', 'Basic a:b']],
    ['base64url', ['Authorization', 'Basic YTr_']],
    ['bits after the last byte', ['Authorization', 'Basic YTpiYx']],
    ['no colon', ['Authorization', 'Basic YWJj']],
    ['an overlong form of UTF-8', ['Authorization', 'Basic YTrArw==']],
    ['a NUL', ['Authorization', 'Basic YToA']],
    ['a C1 control', ['Authorization', 'Basic YTrChQ==']],
  ];
  for (const [name, headers] of malformed) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parseBasicCredentials(headers), MalformedCredentials);
    });
  }
});

describe('hasAuthorization', () => {
  it('is true for any scheme and false for a value of that name', () => {
    assert.equal(hasAuthorization(['Host', 'x', 'AUTHORIZATION', 'Bearer x']), true);
    assert.equal(hasAuthorization(['X', 'Authorization']), false);
  });
});
