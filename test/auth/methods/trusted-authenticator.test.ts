import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrustedAuthenticator } from '../../../src/auth/methods/trusted-authenticator.js';
import { AuthenticationRefused } from '../../../src/router/index.js';
import { requestWith } from '../support/authentication-request.js';

const authenticator = new TrustedAuthenticator({ authrole: 'trusted' });

describe('TrustedAuthenticator', () => {
  it('applies to whoever comes, whatever methods are offered', () => {
    assert.equal(authenticator.authmethod, undefined);
  });

  for (const authid of ['backend', 'anonymous', 'status-service@host1', 'Jörg']) {
    it(`believes ${authid}`, async () => {
      assert.deepEqual(await authenticator.authenticate(requestWith({ details: { authid } })), {
        authid,
        authrole: 'trusted',
        authmethod: 'trusted',
        authprovider: 'trusted-listener',
      });
    });
  }

  it('names who gives no name, each differently', async () => {
    const [one, two] = await Promise.all([
      authenticator.authenticate(requestWith()),
      authenticator.authenticate(requestWith()),
    ]);
    assert.match(one.authid, /^trusted-[\w-]{12}$/);
    assert.notEqual(one.authid, two.authid);
  });

  // T7
  it('gives the configured role, whatever role is asked for', async () => {
    const details = { authid: 'backend', authrole: 'admin', authroles: ['admin'] };
    assert.equal((await authenticator.authenticate(requestWith({ details }))).authrole, 'trusted');
    const other = new TrustedAuthenticator({ authrole: 'publisher' });
    assert.equal((await other.authenticate(requestWith({ details }))).authrole, 'publisher');
  });

  for (const authid of ['', 7, {}, ['backend'], 'a\nb', '\u202enimda', 'x'.repeat(129)]) {
    it(`refuses the authid ${JSON.stringify(authid).slice(0, 20)}`, async () => {
      await assert.rejects(
        authenticator.authenticate(requestWith({ details: { authid } })),
        (error) => {
          assert.ok(error instanceof AuthenticationRefused);
          assert.equal(error.reason, 'wamp.error.authentication_denied');
          return true;
        },
      );
    });
  }
});
