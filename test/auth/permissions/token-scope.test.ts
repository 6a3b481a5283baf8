import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseScope, scopeOf, TokenScope } from '../../../src/auth/permissions/token-scope.js';
import type { Action, MatchPolicy } from '../../../src/router/index.js';

const scope = (claim: unknown): TokenScope => {
  const parsed = parseScope(claim);
  assert.ok(parsed);
  return new TokenScope(parsed);
};

// J12
describe('TokenScope', () => {
  const claim = {
    publish: ['com.example.a', { uri: 'com.example.chat.', match: 'prefix' }],
    subscribe: [{ uri: 'com..status', match: 'wildcard' }, { uri: 'x.y' }],
    register: [],
  };
  const covers = (action: Action, uri: string, match: MatchPolicy = 'exact'): boolean =>
    scope(claim).covers(action, uri, match);

  it('covers what its lists name, and nothing else of those actions', () => {
    assert.equal(covers('publish', 'com.example.a'), true);
    assert.equal(covers('publish', 'com.example.chat.room'), true);
    assert.equal(covers('publish', 'com.example.b'), false);
    assert.equal(covers('subscribe', 'com.any.status'), true);
    assert.equal(covers('subscribe', 'com.example.a'), false);
    assert.equal(covers('register', 'com.example.a'), false);
  });

  it('covers all of an action that it leaves out', () => {
    assert.equal(covers('call', 'wamp.session.kill'), true);
  });

  it('covers a pattern only with one that has all of it', () => {
    assert.equal(covers('subscribe', 'com..status', 'wildcard'), true);
    assert.equal(covers('subscribe', 'com.', 'prefix'), false);
    assert.equal(covers('subscribe', '', 'prefix'), false);
  });

  it('does not reach the namespaces of the router with what does not name them', () => {
    const wide = scope({ call: [{ uri: '', match: 'prefix' }] });
    assert.equal(wide.covers('call', 'com.example.a', 'exact'), true);
    assert.equal(wide.covers('call', 'wamp.session.kill', 'exact'), false);
  });

  it('gives the same answers however many it was asked for', () => {
    const tested = scope(claim);
    for (let i = 0; i < 1000; i += 1) {
      assert.equal(tested.covers('publish', `com.example.chat.${i}`, 'exact'), true);
      assert.equal(tested.covers('publish', `com.other.${i}`, 'exact'), false);
    }
  });

  it('is no part of a principal whose token has none', () => {
    assert.deepEqual(scopeOf(undefined), {});
    assert.ok(scopeOf({ call: [] }).scope);
  });
});

describe('parseScope refuses', () => {
  const pattern = { uri: 'a.', match: 'prefix' };
  const malformed: readonly unknown[] = [
    ...[null, true, 'publish', 7, [], ['a.b']],
    ...[{ publish: 'a.b' }, { publish: { uri: 'a.b' } }, { publish: null }, { topics: [] }],
    ...[{ publish: [7] }, { publish: [null] }, { publish: [[]] }, { publish: [''] }],
    ...[{ publish: ['a..b'] }, { publish: ['a.'] }, { publish: ['a b'] }, { publish: ['#'] }],
    ...[{ publish: [{ uri: 'a.b', match: 'regex' }] }, { publish: [{ match: 'prefix' }] }],
    ...[{ publish: [{ ...pattern, allow: true }] }, { publish: [{ uri: 'a b', match: 'prefix' }] }],
    { publish: Array.from({ length: 257 }, () => pattern) },
    JSON.parse('{"__proto__": []}'),
  ];
  for (const [index, claim] of malformed.entries()) {
    it(`${JSON.stringify(claim).slice(0, 60)} (${index})`, () => {
      assert.equal(parseScope(claim), undefined);
    });
  }
});
