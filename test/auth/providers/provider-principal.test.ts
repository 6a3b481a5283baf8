import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidProviderAnswer } from '../../../src/auth/providers/provider-answer.js';
import { proofToWire, toPrincipal } from '../../../src/auth/providers/provider-principal.js';
import type { Dict, Principal } from '../../../src/router/index.js';

const GRANTABLE = new Set(['sales', 'user']);
const principalOf = (success: Dict, grantable = GRANTABLE): Principal =>
  toPrincipal(success, 'jwt', grantable);

describe('toPrincipal', () => {
  it('takes all that our own provider says', () => {
    const success = {
      authid: 'alice',
      authrole: 'user',
      authroles: ['user'],
      authprovider: 'jwt-provider',
      authextra: { expires_at: 1_800_000_300, refresh_at: 1_800_000_240 },
      _expressway_login: 'login-1',
      _expressway_proof: { subject: '17', id: 'jti-1', issued_at: 1_800_000_000 },
    };
    assert.deepEqual(principalOf(success), {
      authid: 'alice',
      authrole: 'user',
      authmethod: 'jwt',
      authprovider: 'jwt-provider',
      authextra: { expires_at: 1_800_000_300, refresh_at: 1_800_000_240 },
      details: { authroles: ['user'] },
      expiresAt: 1_800_000_300_000,
      login: 'login-1',
      proof: { subject: '17', issuer: undefined, id: 'jti-1', issuedAt: 1_800_000_000 },
    });
  });

  it('takes the first of authroles where there is no authrole', () => {
    assert.deepEqual(principalOf({ authid: 'joe', authroles: ['sales', 'user'] }), {
      authid: 'joe',
      authrole: 'sales',
      authroles: ['sales', 'user'],
      authmethod: 'jwt',
      authprovider: 'jwt',
      details: { authroles: ['sales', 'user'] },
    });
  });

  // J12
  it('gives the scope that it is told of, and sends it to nobody', () => {
    const scoped = principalOf({
      authid: 'joe',
      authrole: 'user',
      _expressway_scope: { call: [] },
    });
    assert.equal(scoped.scope?.covers('call', 'a.b', 'exact'), false);
    assert.deepEqual(scoped.details, {});
    assert.throws(
      () => principalOf({ authid: 'joe', authrole: 'user', _expressway_scope: { kill: [] } }),
      /the scope is no scope/,
    );
  });

  it('prefers authrole to authroles', () => {
    const principal = principalOf({ authid: 'joe', authrole: 'user', authroles: ['sales'] });
    assert.equal(principal.authrole, 'user');
    assert.deepEqual(principal.details, { authroles: ['user', 'sales'] });
  });

  it('takes a single role in place of a list', () => {
    assert.equal(principalOf({ authid: 'joe', authroles: 'sales' }).authrole, 'sales');
  });

  it('gives Thruway’s defaults, if that role may be granted', () => {
    const principal = principalOf({}, new Set(['authenticated_user']));
    assert.equal(principal.authid, 'authenticated_user');
    assert.equal(principal.authrole, 'authenticated_user');
    assert.throws(() => principalOf({}), InvalidProviderAnswer);
  });

  it('passes further keys on into WELCOME', () => {
    const success = {
      authid: 'joe',
      authrole: 'user',
      _thruway_authextra: { a: 1 },
      shoe_size: 44,
    };
    assert.deepEqual(principalOf(success).details, { _thruway_authextra: { a: 1 }, shoe_size: 44 });
  });

  it('passes nothing on that only the router may say, nor log-in and proof', () => {
    const success = {
      ...{ authid: 'joe', authrole: 'user', authmethod: 'magic', realm: 'other', agent: 'me' },
      ...{ roles: { broker: {} }, _expressway_login: 'login-1' },
      _expressway_proof: { subject: 'joe' },
    };
    const principal = principalOf(success);
    assert.deepEqual(principal.details, {});
    assert.equal(principal.authmethod, 'jwt');
  });

  it('keeps a key named __proto__ a key', () => {
    const success = JSON.parse('{"authid":"joe","authrole":"user","__proto__":{"x":1}}') as Dict;
    const { details } = principalOf(success);
    assert.deepEqual(Object.keys(details ?? {}), ['__proto__']);
    assert.equal(Object.getPrototypeOf(details), Object.prototype);
  });

  it('reads the proof as it is written for the wire', () => {
    for (const proof of [
      { subject: '17', issuer: undefined, id: undefined, issuedAt: undefined },
      { subject: '17', issuer: 'i', id: 'a', issuedAt: 1.5 },
    ]) {
      const success = { authid: 'joe', authrole: 'user', _expressway_proof: proofToWire(proof) };
      assert.deepEqual(principalOf(success).proof, proof);
    }
  });

  it('knows no end and no log-in where none is named', () => {
    const principal = principalOf({ authid: 'joe', authrole: 'user', authextra: { a: 1 } });
    assert.deepEqual(principal.authextra, { a: 1 });
    assert.equal('expiresAt' in principal, false);
    assert.equal('login' in principal, false);
  });
});

describe('toPrincipal on roles that are not to be granted', () => {
  for (const success of [
    { authid: 'joe', authrole: 'admin' },
    { authid: 'joe', authroles: ['admin', 'user'] },
    { authid: 'joe', authrole: 'admin', authroles: ['user'] },
    { authid: 'joe', authrole: 'trusted' },
    { authid: 'joe', authrole: '' },
    { authid: 'joe', authrole: '__proto__' },
    { authid: 'joe', authroles: [] },
  ]) {
    it(`refuses ${JSON.stringify(success)}`, () => {
      assert.throws(() => principalOf(success), InvalidProviderAnswer);
    });
  }

  it('leaves them out of the further roles', () => {
    const { authrole, details } = principalOf({
      authid: 'joe',
      authroles: ['user', 'admin', 'sales'],
    });
    assert.equal(authrole, 'user');
    assert.deepEqual(details, { authroles: ['user', 'sales'] });
  });

  it('refuses every role where none was configured', () => {
    assert.throws(
      () => principalOf({ authid: 'joe', authrole: 'user' }, new Set()),
      InvalidProviderAnswer,
    );
  });
});

describe('toPrincipal refuses', () => {
  const good = { authid: 'joe', authrole: 'user' };
  for (const change of [
    { authid: '' },
    { authid: 7 },
    { authid: ['joe'] },
    { authid: 'joe\n' },
    { authid: 'x'.repeat(129) },
    { authrole: 7 },
    { authroles: ['user', 7] },
    { authprovider: {} },
    { authextra: 'soon' },
    { authextra: ['a'] },
    { authextra: { expires_at: '1800000000' } },
    { authextra: { expires_at: null } },
    { authextra: { expires_at: Infinity } },
    { _expressway_login: 7 },
    { _expressway_proof: 'joe' },
    { _expressway_proof: {} },
    { _expressway_proof: { subject: 7 } },
    { _expressway_proof: { subject: 'joe', id: 7 } },
    { _expressway_proof: { subject: 'joe', issuer: 7 } },
    { _expressway_proof: { subject: 'joe', issued_at: 'now' } },
  ]) {
    it(JSON.stringify(change), () => {
      assert.throws(() => principalOf({ ...good, ...change }), InvalidProviderAnswer);
    });
  }
});
