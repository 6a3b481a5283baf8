import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CloseCode } from '../../src/router/transport/close-codes.js';
import { judgeEnd, TokenRefused, type SessionEnd, type Verdict } from './page-modules.js';

const lost: SessionEnd = {
  hadJoined: true,
  uri: null,
  message: '',
  code: 1006,
  givenUp: undefined,
  refused: undefined,
};

const plans: Readonly<Record<keyof typeof CloseCode, Verdict['plan']>> = {
  normal: 'soon',
  protocolError: 'stop',
  unsupportedData: 'stop',
  policy: 'stop',
  messageTooBig: 'stop',
  internalError: 'soon',
  restart: 'soon',
  tryAgainLater: 'later',
  tokenExpired: 'at-once',
  handshakeTimeout: 'soon',
  slowConsumer: 'soon',
  noPong: 'soon',
  rateLimited: 'later',
};

const reasons: readonly (readonly [string, boolean, Verdict['plan'], string | undefined])[] = [
  ['wamp.close.killed', true, 'stop', 'log-in'],
  ['wamp.close.system_shutdown', true, 'soon', undefined],
  ['wamp.close.close_realm', true, 'soon', undefined],
  ['expressway.close.token_expired', true, 'at-once', undefined],
  ['wamp.close.normal', true, 'stop', 'connect'],
  ['wamp.close.system_shutdown', false, 'soon', undefined],
  ['wamp.error.authentication_denied', false, 'later', undefined],
  ['wamp.error.authentication_failed', false, 'later', undefined],
  ['wamp.error.authentication_required', false, 'later', undefined],
  ['wamp.error.not_authorized', false, 'stop', 'log-in'],
  ['wamp.error.no_such_role', false, 'stop', 'log-in'],
  ['wamp.error.no_such_realm', false, 'stop', 'reload'],
  ['wamp.error.no_matching_auth_method', false, 'stop', 'connect'],
  ['expressway.error.limit_exceeded', false, 'later', undefined],
  ['com.example.unheard_of', false, 'stop', 'connect'],
  ['constructor', true, 'stop', 'connect'],
];

describe('judgeEnd', () => {
  for (const [name, code] of Object.entries(CloseCode)) {
    it(`knows what to do after close code ${code} (${name})`, () => {
      const { plan, reason } = judgeEnd({ ...lost, code });
      assert.equal(plan, new Map(Object.entries(plans)).get(name));
      assert.match(reason, /^[A-Z].*\.$/u);
    });
  }

  for (const [uri, hadJoined, plan, remedy] of reasons) {
    it(`knows what to do after ${hadJoined ? 'GOODBYE' : 'ABORT'} ${uri}`, () => {
      const verdict = judgeEnd({ ...lost, hadJoined, uri });
      assert.deepEqual([verdict.plan, verdict.remedy], [plan, remedy]);
    });
  }

  it('waits a second or more after the router said that it shuts down', () => {
    assert.equal(judgeEnd({ ...lost, uri: 'wamp.close.system_shutdown' }).waitMs, 1000);
  });

  it('names a reason that it does not know, and what the router said', () => {
    const { reason } = judgeEnd({ ...lost, uri: 'com.example.why', message: 'Because.' });
    assert.match(reason, /com\.example\.why.*“Because\.”/u);
  });

  it('tells a router that was never reached from one that was lost', () => {
    assert.match(judgeEnd({ ...lost, hadJoined: false }).reason, /cannot be reached/u);
    assert.match(judgeEnd(lost).reason, /was lost/u);
  });

  it('stops for a log-in that is over, and for a user without tokens', () => {
    for (const refusal of ['signed-out', 'forbidden']) {
      const verdict = judgeEnd({ ...lost, code: 3000, refused: new TokenRefused(refusal, '') });
      assert.deepEqual([verdict.plan, verdict.remedy], ['stop', 'log-in']);
    }
  });

  it('waits as long as the token service asks', () => {
    const refused = new TokenRefused('unavailable', 'Busy.', 7000);
    assert.deepEqual(judgeEnd({ ...lost, refused }), {
      plan: 'soon',
      reason: 'Busy.',
      waitMs: 7000,
    });
  });

  it('says that it gave the connection up itself', () => {
    assert.match(judgeEnd({ ...lost, code: undefined, givenUp: 'silent' }).reason, /silent/u);
    assert.match(judgeEnd({ ...lost, code: undefined, givenUp: 'slow' }).reason, /in time/u);
  });
});
