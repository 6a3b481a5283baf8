import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RoleAuthorizer, type Permission } from '../../../src/auth/permissions/role-authorizer.js';
import type { Action, Answer, Principal } from '../../../src/router/index.js';

const somebody = (...authroles: readonly string[]): Principal => ({
  authid: 'alice',
  authrole: authroles[0] ?? '',
  ...(authroles.length > 1 && { authroles }),
  authmethod: 'jwt',
  authprovider: 'jwt',
});

const prefix = (uri: string, allow: Permission['allow']): Permission => ({
  uri,
  match: 'prefix',
  allow,
});

describe('RoleAuthorizer with several roles', () => {
  const authorizer = new RoleAuthorizer({
    roles: new Map<string, readonly Permission[]>([
      ['reader', [prefix('com.example.', { subscribe: true, call: false })]],
      [
        'operator',
        [prefix('com.example.ops.', { call: true }), { uri: 'a.b', allow: { call: true } }],
      ],
      ['guest', [{ uri: 'a.b', allow: { call: false } }]],
      ['nothing', []],
    ]),
  });
  const may = (roles: readonly string[], action: Action, uri: string): Answer =>
    authorizer.authorize(somebody(...roles), action, uri);

  it('gives a session the permissions of all of them', () => {
    const roles = ['reader', 'operator'];
    assert.equal(may(roles, 'subscribe', 'com.example.status'), true);
    assert.equal(may(roles, 'call', 'a.b'), true);
    assert.equal(may(['reader'], 'call', 'a.b'), false);
    assert.equal(may(['operator'], 'subscribe', 'com.example.status'), false);
  });

  it('lets the most specific permission decide, whichever role it is of', () => {
    assert.equal(may(['reader', 'operator'], 'call', 'com.example.ops.restart'), true);
    assert.equal(may(['operator', 'reader'], 'call', 'com.example.ops.restart'), true);
    assert.equal(may(['operator', 'reader'], 'call', 'com.example.status'), false);
  });

  it('lets a denial win where two roles say something of the same URI', () => {
    assert.equal(may(['operator', 'guest'], 'call', 'a.b'), false);
    assert.equal(may(['guest', 'operator'], 'call', 'a.b'), false);
  });

  it('passes over roles that it does not know, and denies to who has no other', () => {
    assert.equal(may(['operator', 'elsewhere', '__proto__'], 'call', 'a.b'), true);
    assert.equal(may(['elsewhere', 'nowhere'], 'call', 'a.b'), false);
    assert.equal(may(['nothing', 'elsewhere'], 'call', 'a.b'), false);
  });

  it('answers the same list of roles again from what it has put together', () => {
    const principal = somebody('operator', 'reader');
    for (let i = 0; i < 3; i += 1) {
      assert.equal(authorizer.authorize(principal, 'call', 'a.b'), true);
    }
  });
});

describe('RoleAuthorizer and disclosure', () => {
  const answerTo = (permissions: readonly Permission[], action: Action, uri: string): Answer =>
    new RoleAuthorizer({ roles: new Map([['user', permissions]]) }).authorize(
      somebody('user'),
      action,
      uri,
    );
  const ALL = { publish: true, subscribe: true, call: true, register: true };

  it('says whether who calls or publishes is made known, where a permission says so', () => {
    const permissions = [{ ...prefix('a.', ALL), disclose: { caller: true, publisher: false } }];
    assert.deepEqual(answerTo(permissions, 'call', 'a.b'), { allow: true, disclose: true });
    assert.deepEqual(answerTo(permissions, 'publish', 'a.b'), { allow: true, disclose: false });
    assert.equal(answerTo(permissions, 'subscribe', 'a.b'), true);
    assert.equal(answerTo(permissions, 'register', 'a.b'), true);
  });

  it('takes it from the most specific permission that says something of it', () => {
    const permissions = [
      { ...prefix('a.', ALL), disclose: { caller: true } },
      { uri: 'a.b', allow: { call: true } },
      { uri: 'a.c', allow: {}, disclose: { caller: false } },
    ];
    assert.deepEqual(answerTo(permissions, 'call', 'a.b'), { allow: true, disclose: true });
    assert.deepEqual(answerTo(permissions, 'call', 'a.c'), { allow: true, disclose: false });
  });

  it('makes nobody known where two say the contrary', () => {
    const permissions = [
      { uri: 'a.b', allow: ALL, disclose: { caller: true } },
      { uri: 'a.b', allow: {}, disclose: { caller: false } },
    ];
    assert.deepEqual(answerTo(permissions, 'call', 'a.b'), { allow: true, disclose: false });
  });

  it('says nothing more of what is denied', () => {
    const permissions = [{ uri: 'a.b', allow: { call: false }, disclose: { caller: true } }];
    assert.equal(answerTo(permissions, 'call', 'a.b'), false);
  });
});

describe('RoleAuthorizer.decide', () => {
  const authorizer = new RoleAuthorizer({
    roles: new Map<string, readonly Permission[]>([
      ['user', [prefix('a.', { subscribe: true }), { uri: 'b.c', allow: { subscribe: false } }]],
    ]),
  });
  const decide = (uri: string, match: 'exact' | 'prefix' = 'exact'): Answer | null =>
    authorizer.decide(somebody('user'), 'subscribe', uri, match);

  it('is null only where no permission says anything', () => {
    assert.equal(decide('a.b'), true);
    assert.equal(decide('b.c'), false);
    assert.equal(decide('c.d'), null);
    assert.equal(authorizer.decide(somebody('user'), 'call', 'a.b', 'exact'), null);
  });

  it('is false for a pattern of which a part is denied, null for one of which none is', () => {
    assert.equal(decide('b.', 'prefix'), false);
    assert.equal(decide('', 'prefix'), false);
    assert.equal(decide('c.', 'prefix'), null);
  });

  it('is false for a role that is not there: nobody else is to be asked for it', () => {
    assert.equal(authorizer.decide(somebody('x'), 'call', 'a.b', 'exact'), false);
  });
});
