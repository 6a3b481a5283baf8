// An authentication provider that is missing, slow or crashed, inside the started application.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { JwtAuthProvider } from '../../src/auth/tokens/jwt-auth-provider.js';
import { MemoryUsers } from '../../src/auth/users/memory-users.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, type WireClient } from '../support/wire-client.js';
import { RecordingLogger } from '../web/running-web.js';

const TRY_AGAIN_LATER = 1013;
const HELLO = [1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }];

/** The next message, or the code with which the connection closes before one comes. */
const next = (client: WireClient): Promise<unknown[] | number> =>
  Promise.race([client.receive(), client.closed]);

/** Says HELLO and answers the CHALLENGE; gives WELCOME, ABORT or the code of the close, whichever is first. */
async function join(t: TestContext, application: Application): Promise<unknown[] | number> {
  const client = await connectWire(t, webSocketUrl(application));
  client.send(HELLO);
  const first = await next(client);
  if (typeof first === 'number') return first;
  client.send([5, makeToken(), {}]);
  return next(client);
}

/** Comes back as a client does for as long as it is told to, and gives the answer. */
async function joinInTheEnd(t: TestContext, application: Application): Promise<unknown[]> {
  for (;;) {
    const answer = await join(t, application);
    if (typeof answer !== 'number') return answer;
    equal(answer, TRY_AGAIN_LATER);
  }
}

describe('W5: an authentication provider', () => {
  it('that does not start makes clients come back later, until it does', async (t) => {
    const start = t.mock.method(JwtAuthProvider.prototype, 'start', () =>
      Promise.reject(new Error('canary: no such host')),
    );
    const application = await startTestApplication(t);
    equal(await join(t, application), TRY_AGAIN_LATER);
    // The rest of the application is up: only who wants in must wait.
    equal((await fetch(`${application.publicUrl}/login`)).status, 200);
    start.mock.restore();
    equal((await joinInTheEnd(t, application))[0], 2);
  });

  it('that crashes is replaced, and open sessions do not notice', async (t) => {
    const start = t.mock.method(JwtAuthProvider.prototype, 'start');
    const logger = new RecordingLogger();
    const application = await startTestApplication(t, {}, logger);
    const open = await connectWire(t, webSocketUrl(application));
    open.send(HELLO);
    await open.receive();
    open.send([5, makeToken(), {}]);
    equal((await open.receive())[0], 2);
    const halfway = await connectWire(t, webSocketUrl(application));
    halfway.send(HELLO);
    equal((await halfway.receive())[0], 4);

    const provider = start.mock.calls[0]?.this;
    ok(provider instanceof JwtAuthProvider);
    provider.close();
    await provider.closed;
    halfway.send([5, makeToken(), {}]);
    equal(await next(halfway), TRY_AGAIN_LATER);
    equal((await joinInTheEnd(t, application))[0], 2);
    equal(start.mock.callCount(), 2);
    open.send([32, 1, {}, 'com.example.alive']);
    equal((await open.receive())[0], 33);
    match(logger.lines.join('\n'), /authentication provider ended/u);
  });

  it('that is slow makes clients come back later', async (t) => {
    const find = t.mock.method(
      MemoryUsers.prototype,
      'findById',
      () => new Promise(() => undefined),
    );
    const application = await startTestApplication(t, {
      EXPRESSWAY_LIMITS__AUTHENTICATOR: '100ms',
    });
    equal(await join(t, application), TRY_AGAIN_LATER);
    find.mock.restore();
    equal((await joinInTheEnd(t, application))[0], 2);
  });

  it('that fails refuses with authentication_failed and without the words of its error', async (t) => {
    t.mock.method(MemoryUsers.prototype, 'findById', () =>
      Promise.reject(new Error('canary: /var/lib/users is gone')),
    );
    const application = await startTestApplication(t);
    deepEqual(await join(t, application), [
      3,
      { message: 'authentication_failed' },
      'wamp.error.authentication_failed',
    ]);
  });
});
