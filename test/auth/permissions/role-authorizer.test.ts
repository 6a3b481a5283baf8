import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RoleAuthorizer, type Permission } from '../../../src/auth/permissions/role-authorizer.js';
import type { Action, MatchPolicy, Principal } from '../../../src/router/index.js';

const ACTIONS: readonly Action[] = ['publish', 'subscribe', 'call', 'register'];
const ALL = { publish: true, subscribe: true, call: true, register: true };

const somebody = (authrole: string): Principal => ({
  authid: 'alice',
  authrole,
  authmethod: 'jwt',
  authprovider: 'jwt',
});

/** Whether a role with these permissions may do something. */
function may(permissions: readonly Permission[], uri: string, action: Action = 'call'): boolean {
  const authorizer = new RoleAuthorizer({ roles: new Map([['user', permissions]]) });
  return authorizer.authorize(somebody('user'), action, uri) === true;
}

const allow = (uri: string, match: Permission['match'] = 'exact'): Permission => ({
  uri,
  match,
  allow: { call: true },
});
const deny = (uri: string, match: Permission['match'] = 'exact'): Permission => ({
  uri,
  match,
  allow: { call: false },
});

describe('RoleAuthorizer', () => {
  it('denies what nothing allows', () => {
    assert.equal(may([], 'com.example.a'), false);
    assert.equal(may([allow('com.example.a')], 'com.example.b'), false);
  });

  it('denies everything to a role that it does not know', () => {
    const authorizer = new RoleAuthorizer({ roles: new Map([['user', [allow('', 'prefix')]]]) });
    for (const role of ['admin', '', 'User', '__proto__', 'constructor']) {
      assert.equal(authorizer.authorize(somebody(role), 'call', 'com.example.a'), false);
    }
  });

  it('allows the actions that are named and no other', () => {
    const permission: Permission = {
      uri: 'com.example.',
      match: 'prefix',
      allow: { subscribe: true },
    };
    assert.deepEqual(
      ACTIONS.map((action) => may([permission], 'com.example.a', action)),
      [false, true, false, false],
    );
  });

  it('adds up permissions on the same pattern', () => {
    const uri = 'com.example.a';
    const permissions: readonly Permission[] = [
      { uri, allow: { call: true } },
      { uri, allow: { publish: true } },
    ];
    assert.deepEqual(
      ACTIONS.map((action) => may(permissions, uri, action)),
      [true, false, true, false],
    );
  });

  it('matches exactly where nothing else is said', () => {
    const permission: Permission = { uri: 'com.example.a', allow: { call: true } };
    assert.equal(may([permission], 'com.example.a'), true);
    assert.equal(may([permission], 'com.example.a.b'), false);
    assert.equal(may([permission], 'com.example'), false);
  });

  it('matches prefixes by string', () => {
    assert.equal(may([allow('com.example.', 'prefix')], 'com.example.a.b'), true);
    assert.equal(may([allow('com.example.', 'prefix')], 'com.example'), false);
    assert.equal(may([allow('com.example.', 'prefix')], 'com.examples.a'), false);
    assert.equal(may([allow('com.exa', 'prefix')], 'com.example'), true);
    assert.equal(may([allow('', 'prefix')], 'anything'), true);
  });

  const wildcards: readonly [string, string, boolean][] = [
    ['com..status', 'com.example.status', true],
    ['com..status', 'com.example.status.x', false],
    ['com..status', 'com.status', false],
    ['com..status', 'com.a.b.status', false],
    ['com..status', 'org.example.status', false],
    ['.status', 'com.status', true],
    ['com.', 'com.status', true],
    ['com.', 'com.status.x', false],
    ['..', 'a.b.c', true],
    ['..', 'a.b', false],
    ['', 'a', true],
    ['', 'a.b', false],
  ];
  for (const [pattern, uri, isAllowed] of wildcards) {
    it(`${isAllowed ? 'allows' : 'denies'} ${uri} by the wildcard ${JSON.stringify(pattern)}`, () => {
      assert.equal(may([allow(pattern, 'wildcard')], uri), isAllowed);
    });
  }

  it('throws for an exact permission that can never match', () => {
    for (const uri of ['', 'com.example.', 'a..b', 'a b']) {
      assert.throws(() => may([allow(uri)], 'com.example'), TypeError);
    }
  });
});

describe('RoleAuthorizer on permissions that disagree', () => {
  const uri = 'com.example.status.changed';
  const cases: readonly [string, readonly Permission[], boolean][] = [
    ['exact over prefix', [deny('com.example.', 'prefix'), allow(uri)], true],
    ['exact over prefix, denied', [allow('com.example.', 'prefix'), deny(uri)], false],
    ['exact over wildcard', [deny('com.example..changed', 'wildcard'), allow(uri)], true],
    [
      'the longer prefix',
      [deny('com.', 'prefix'), allow('com.example.', 'prefix'), deny('', 'prefix')],
      true,
    ],
    ['the longer prefix, denied', [allow('com.', 'prefix'), deny('com.example.', 'prefix')], false],
    [
      'the longer prefix within one component',
      [deny('com.example.st', 'prefix'), allow('com.example.status', 'prefix')],
      true,
    ],
    [
      'the pattern that names more components',
      [deny('com...', 'wildcard'), allow('com.example.', 'prefix')],
      true,
    ],
    [
      'the wildcard that names more components',
      [deny('com.example.', 'prefix'), allow('com.example..changed', 'wildcard')],
      true,
    ],
    [
      'the denial among equals',
      [allow('com.example.', 'prefix'), deny('com...changed', 'wildcard')],
      false,
    ],
    [
      'the denial among equals, the other way round',
      [deny('com.example.', 'prefix'), allow('com...changed', 'wildcard')],
      false,
    ],
    ['the denial on the same URI', [deny(uri), allow(uri)], false],
    [
      'a less specific one where the most specific says nothing',
      [allow('com.', 'prefix'), { uri, allow: { publish: false } }],
      true,
    ],
  ];
  for (const [what, permissions, isAllowed] of cases) {
    it(`follows ${what}`, () => {
      assert.equal(may(permissions, uri), isAllowed);
      assert.equal(may(permissions.toReversed(), uri), isAllowed);
    });
  }
});

describe('RoleAuthorizer on reserved namespaces', () => {
  for (const uri of ['wamp.session.kill', 'wamp.session.count', 'expressway.auth.refresh']) {
    it(`does not let a broad permission cover ${uri}`, () => {
      const wildcard = uri
        .split('.')
        .map(() => '')
        .join('.');
      assert.equal(may([allow('', 'prefix')], uri), false);
      assert.equal(may([allow(uri.slice(0, 3), 'prefix')], uri), false);
      assert.equal(may([allow(wildcard, 'wildcard')], uri), false);
    });

    it(`lets a permission that names the namespace cover ${uri}`, () => {
      const namespace = `${uri.split('.')[0] ?? ''}.`;
      assert.equal(may([allow(uri)], uri), true);
      assert.equal(may([allow(namespace, 'prefix')], uri), true);
      assert.equal(may([allow(`${namespace}.`, 'wildcard')], `${namespace}x.y`), true);
    });
  }

  it('still denies what a broad permission denies elsewhere', () => {
    assert.equal(
      may([allow('wamp.', 'prefix'), deny('wamp.session.', 'prefix')], 'wamp.session.kill'),
      false,
    );
  });

  it('does not take a neighbour for the namespace', () => {
    assert.equal(may([allow('', 'prefix')], 'wampum.a'), true);
    assert.equal(may([allow('', 'prefix')], 'wamp'), true);
  });
});

describe('RoleAuthorizer’s memory', () => {
  it('gives the same answer again, for each role and action by itself', () => {
    const authorizer = new RoleAuthorizer({
      roles: new Map([
        ['user', [allow('com.example.', 'prefix')]],
        ['admin', [{ uri: 'com.example.', match: 'prefix', allow: ALL }]],
      ]),
    });
    for (let round = 0; round < 2; round += 1) {
      const answers = ['user', 'admin'].map((role) =>
        ACTIONS.map((action) => authorizer.authorize(somebody(role), action, 'com.example.a')),
      );
      assert.deepEqual(answers, [
        [false, false, true, false],
        [true, true, true, true],
      ]);
    }
  });

  it('is bounded, and right beyond the bound', () => {
    const authorizer = new RoleAuthorizer({
      roles: new Map([['user', [allow('com.example.', 'prefix')]]]),
      cacheSize: 2,
    });
    for (let i = 0; i < 10; i += 1) {
      assert.equal(authorizer.authorize(somebody('user'), 'call', `com.example.${i}`), true);
      assert.equal(authorizer.authorize(somebody('user'), 'call', `com.other.${i}`), false);
    }
    assert.equal(authorizer.authorize(somebody('user'), 'call', 'com.example.0'), true);
  });

  describe('asked for a pattern (AZ-5)', () => {
    const mayMatch = (
      permissions: readonly Permission[],
      uri: string,
      match: MatchPolicy,
    ): boolean =>
      new RoleAuthorizer({ roles: new Map([['user', permissions]]) }).authorize(
        somebody('user'),
        'call',
        uri,
        match,
      ) === true;

    it('allows what one permission allows altogether', () => {
      const permissions = [allow('com.example.', 'prefix')];
      assert.equal(mayMatch(permissions, 'com.example.', 'prefix'), true);
      assert.equal(mayMatch(permissions, 'com.example.status', 'prefix'), true);
      assert.equal(mayMatch(permissions, 'com.example..changed', 'wildcard'), true);
    });

    it('denies what reaches beyond a permission', () => {
      const permissions = [allow('com.example.', 'prefix'), allow('com.example')];
      assert.equal(mayMatch(permissions, 'com.example', 'prefix'), false);
      assert.equal(mayMatch(permissions, '', 'prefix'), false);
      assert.equal(mayMatch(permissions, 'com..status', 'wildcard'), false);
      assert.equal(mayMatch([allow('com.example.a')], 'com.example.a', 'prefix'), false);
    });

    it('denies what a more specific permission denies in part', () => {
      const permissions = [allow('com.example.', 'prefix'), deny('com.example.secret')];
      assert.equal(mayMatch(permissions, 'com.example.', 'prefix'), false);
      assert.equal(mayMatch(permissions, 'com.example.', 'wildcard'), false);
      assert.equal(mayMatch(permissions, 'com.example.status.', 'prefix'), true);
    });

    it('allows what a less specific permission denies', () => {
      const permissions = [deny('com.', 'prefix'), allow('com.example.', 'prefix')];
      assert.equal(mayMatch(permissions, 'com.example.', 'prefix'), true);
    });

    it('keeps its answers for a pattern apart from those for the same text as a URI', () => {
      const authorizer = new RoleAuthorizer({ roles: new Map([['user', [allow('a.b')]]]) });
      assert.equal(authorizer.authorize(somebody('user'), 'call', 'a.b'), true);
      assert.equal(authorizer.authorize(somebody('user'), 'call', 'a.b', 'prefix'), false);
      assert.equal(authorizer.authorize(somebody('user'), 'call', 'a.b'), true);
    });
  });
});
