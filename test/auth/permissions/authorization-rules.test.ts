import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthorizationRules } from '../../../src/auth/permissions/authorization-rules.js';
import type { Action, MatchPolicy, Principal } from '../../../src/router/index.js';

const somebody = (...authroles: readonly string[]): Principal => ({
  authid: 'alice',
  authrole: authroles[0] ?? '',
  ...(authroles.length > 1 && { authroles }),
  authmethod: 'jwt',
  authprovider: 'jwt',
});

const newRules = (): AuthorizationRules => new AuthorizationRules(['sales', 'ops']);

const rule = (role: string, uri: string, allow = true, action: Action = 'call'): object => ({
  ...{ role, action, uri, allow },
});

// peers.md 3.2: Thruway's AuthorizationManager
describe('AuthorizationRules', () => {
  const decide = (
    rules: AuthorizationRules,
    uri: string,
    roles: readonly string[] = ['sales'],
    match: MatchPolicy = 'exact',
  ): boolean | null => rules.decide(somebody(...roles), 'call', uri, match);

  it('say nothing until there is one', () => {
    assert.equal(decide(newRules(), 'a.b'), null);
    assert.deepEqual(newRules().list(), { default: { '.': false } });
  });

  it('stand for one URI, for all below one that ends in a dot, and for all when empty', () => {
    const rules = newRules();
    assert.equal(rules.add(rule('sales', 'a.b')), 'ADDED');
    assert.equal(rules.add(rule('sales', 'c.')), 'ADDED');
    assert.deepEqual(
      ['a.b', 'a.b.c', 'c.d', 'c.d.e', 'c'].map((uri) => decide(rules, uri)),
      [true, null, true, true, null],
    );
    assert.equal(rules.add(rule('sales', '')), 'ADDED');
    assert.equal(decide(rules, 'x.y'), true);
    assert.equal(decide(rules, 'c.', ['sales'], 'prefix'), true);
  });

  it('let the longest URI decide, and of the same one in two roles the denial', () => {
    const rules = newRules();
    rules.add(rule('sales', 'a.', false));
    rules.add(rule('ops', 'a.b.'));
    rules.add(rule('sales', 'x.y'));
    rules.add(rule('ops', 'x.y', false));
    assert.equal(decide(rules, 'a.b.c', ['sales', 'ops']), true);
    assert.equal(decide(rules, 'a.b.c', ['sales']), false);
    assert.equal(decide(rules, 'x.y', ['sales', 'ops']), false);
    assert.equal(decide(rules, 'x.y', ['sales']), true);
  });

  it('look at role default for everybody', () => {
    const rules = newRules();
    rules.add(rule('default', 'a.'));
    rules.add(rule('sales', 'a.b', false));
    assert.equal(decide(rules, 'a.c', ['ops']), true);
    assert.equal(decide(rules, 'a.b', ['sales']), false);
  });

  it('keep a rule once: another for the same role, action and URI is an ERROR', () => {
    const rules = newRules();
    rules.add(rule('sales', 'a.b'));
    assert.equal(rules.add(rule('sales', 'a.b', false)), 'ERROR');
    assert.equal(rules.add(rule('sales', 'a.b', false, 'publish')), 'ADDED');
    assert.deepEqual(rules.list(), {
      default: { '.': false },
      sales: { 'call.a.b': true, 'publish.a.b': false },
    });
  });

  it('lose the one that is removed, if it is there with that word', () => {
    const rules = newRules();
    rules.add(rule('sales', 'a.b'));
    assert.equal(rules.remove(rule('sales', 'a.b', false)), null);
    assert.equal(decide(rules, 'a.b'), true);
    assert.equal(rules.remove(rule('sales', 'a.b')), null);
    assert.equal(decide(rules, 'a.b'), null);
    assert.equal(rules.remove({}), 'ERROR');
  });

  it('are flushed, with another word for what none decides', () => {
    const rules = newRules();
    rules.add(rule('sales', 'a.b', false));
    assert.equal(rules.flush(true), 'OK');
    assert.equal(decide(rules, 'a.b'), true);
    assert.deepEqual(rules.list(), { default: { '.': true } });
    rules.add(rule('sales', '', false));
    assert.equal(decide(rules, 'a.b'), false);
    assert.equal(rules.flush(), 'OK');
    assert.equal(decide(rules, 'a.b'), null);
    assert.equal(rules.flush('yes'), 'ERROR');
  });

  it('never reach the router’s own namespaces, nor the procedures that change them', () => {
    const rules = newRules();
    rules.flush(true);
    for (const uri of [
      'wamp.session.kill',
      'expressway.retained.purge',
      'add_authorization_rule',
      'flush_authorization_rules',
    ]) {
      assert.equal(decide(rules, uri), null, uri);
      assert.equal(rules.add(rule('sales', uri)), 'ERROR', uri);
    }
    assert.equal(rules.add(rule('sales', 'wamp.')), 'ERROR');
  });

  it('are tested for roles as they are given', () => {
    const rules = newRules();
    rules.add(rule('sales', 'a.'));
    assert.equal(rules.test(['sales', 'x'], 'call', 'a.b'), true);
    assert.equal(rules.test('sales', 'call', 'a.b'), true);
    assert.equal(rules.test(['ops'], 'call', 'a.b'), false);
    assert.equal(rules.test(['sales'], 'kill', 'a.b'), false);
    assert.equal(rules.test(['sales'], 'call', 'a..b'), false);
    assert.equal(rules.test(undefined, undefined, undefined), false);
  });

  const malformed: readonly unknown[] = [
    ...[undefined, null, 'a', [], {}, rule('admin', 'a.b'), rule('__proto__', 'a.b')],
    ...[rule('sales', 'a..b'), rule('sales', 'a b'), rule('sales', '.')],
    { ...rule('sales', 'a.b'), action: 'kill' },
    { ...rule('sales', 'a.b'), allow: 1 },
  ];
  for (const [index, value] of malformed.entries()) {
    it(`refuse ${JSON.stringify(value)} (${index})`, () => {
      assert.equal(newRules().add(value), 'ERROR');
    });
  }
});
