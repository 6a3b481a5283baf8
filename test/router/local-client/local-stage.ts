import type { TestContext } from 'node:test';
import type { LocalClient } from '../../../src/router/local-client/local-client.js';
import { WampError } from '../../../src/router/protocol/errors.js';
import type { Router } from '../../../src/router/router.js';
import { createRouter } from '../../support/test-router.js';

/** Who the local clients of the tests are. */
export const IDENTITY = { authid: 'clock', authrole: 'internal' };

/** A router with a local client in `realm1`. */
export function create(t: TestContext): { router: Router; client: LocalClient } {
  const router = createRouter(t);
  return { router, client: router.connectLocal('realm1', IDENTITY) };
}

/** What a promise is rejected with, for `rejects`. */
export const wampError = (uri: string, args: unknown[] = [], kwargs = {}): object => {
  const { message } = new WampError(uri, args);
  return { name: 'WampError', message, uri, args, kwargs };
};

/** What a call without results resolves with. */
export const nothing = { args: [], kwargs: {} };

/** No format can express it: it contains itself. */
export const UNSENDABLE: unknown[] = [];
UNSENDABLE.push(UNSENDABLE);
