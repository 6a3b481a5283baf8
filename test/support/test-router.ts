import type { TestContext } from 'node:test';
import type { Authorizer } from '../../src/router/authorizer.js';
import type { RealmOptions } from '../../src/router/realm-options.js';
import { Router, type RouterOptions } from '../../src/router/router.js';

/** Allows everything. */
export const permitting: Authorizer = { authorize: () => true };

/** A realm for tests: `realm1`, everything allowed, roles `user` and `admin`. */
export const testRealm = (changes: Partial<RealmOptions> = {}): RealmOptions => ({
  name: 'realm1',
  authorizer: permitting,
  roles: new Map([
    ['user', {}],
    ['admin', {}],
  ]),
  ...changes,
});

/** A router with one realm, closed after the test. */
export function createRouter(
  t: TestContext,
  options: RouterOptions = {},
  realm: Partial<RealmOptions> = {},
): Router {
  const router = new Router(options);
  t.after(() => router.close('restart'));
  router.addRealm(testRealm(realm));
  return router;
}
