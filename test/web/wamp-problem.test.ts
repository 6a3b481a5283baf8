import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WampError } from '../../src/router/index.js';
import { statusOf, wampProblem } from '../../src/web/wamp-problem.js';

const FORBIDDEN = { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' };

describe('wampProblem', () => {
  it('has the URI and what came with the error, and says the first argument if that is text', () => {
    const problem = wampProblem(new WampError('com.example.error', ['no', 2], { a: 1 }), FORBIDDEN);
    assert.equal(problem.status, 422);
    assert.equal(problem.message, 'no');
    assert.deepEqual(problem.headers, {});
    assert.deepEqual(problem.members, {
      wamp_uri: 'com.example.error',
      args: ['no', 2],
      kwargs: { a: 1 },
    });
  });

  it('leaves out what did not come', () => {
    const problem = wampProblem(new WampError('wamp.error.no_such_procedure'), FORBIDDEN);
    assert.deepEqual(problem.members, { wamp_uri: 'wamp.error.no_such_procedure' });
  });

  it('challenges for more scope only where the permission is what is missing', () => {
    assert.deepEqual(
      wampProblem(new WampError('wamp.error.not_authorized'), FORBIDDEN).headers,
      FORBIDDEN,
    );
    const disclosure = new WampError('wamp.error.option_disallowed.disclose_me');
    assert.deepEqual(wampProblem(disclosure, FORBIDDEN).headers, {});
  });

  const statuses: readonly [uri: string, status: number][] = [
    ['wamp.error.invalid_uri', 400],
    ['wamp.error.invalid_argument', 400],
    ['wamp.error.not_authorized', 403],
    ['wamp.error.no_such_procedure', 404],
    ['wamp.error.payload_size_exceeded', 413],
    ['expressway.error.limit_exceeded', 429],
    ['wamp.error.runtime_error', 500],
    ['wamp.error.feature_not_supported', 501],
    ['wamp.error.authorization_failed', 503],
    ['wamp.error.canceled', 503],
    ['wamp.error.timeout', 504],
    ['__proto__', 422],
  ];
  for (const [uri, status] of statuses) {
    it(`tells ${uri} as ${status}`, () => {
      assert.equal(statusOf(uri), status);
    });
  }
});
