import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { fetchToken, TokenRefused } from './page-modules.js';

function answerWith(t: TestContext, response: () => Promise<Response>) {
  return t.mock.method(globalThis, 'fetch', response).mock;
}

const times = { expires_in: 1, expires_at: 2, refresh_at: 1 };

const refusedAs =
  (refusal: string, retryAfterMs?: number) =>
  (error: unknown): boolean =>
    error instanceof TokenRefused &&
    error.refusal === refusal &&
    error.retryAfterMs === retryAfterMs;

describe('fetchToken', () => {
  it('asks with the log-in cookie, past every cache, and counts the life by its own clock', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    const fetched = answerWith(t, () =>
      Promise.resolve(
        Response.json({ token: 'a.b.c', expires_in: 300, expires_at: 9e9, refresh_at: 9e9 - 60 }),
      ),
    );
    assert.deepEqual(await fetchToken('/get_token'), {
      token: 'a.b.c',
      expiresAtMs: 1_300_000,
      refreshAtMs: 1_240_000,
    });
    const [call] = fetched.calls;
    assert.equal(call?.arguments[0], '/get_token');
    const init = new Map(Object.entries(call.arguments[1] ?? {}));
    assert.deepEqual([init.get('credentials'), init.get('cache')], ['same-origin', 'no-store']);
  });

  for (const [status, refusal] of [
    [401, 'signed-out'],
    [403, 'forbidden'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ] as const) {
    it(`takes a ${status} for ${refusal}`, async (t) => {
      answerWith(t, () => Promise.resolve(new Response('', { status })));
      await assert.rejects(fetchToken('/get_token'), refusedAs(refusal));
    });
  }

  it('passes on how long to wait, a minute at most', async (t) => {
    for (const [seconds, delayMs] of [
      ['7', 7000],
      ['3600', 60_000],
    ] as const) {
      answerWith(t, () =>
        Promise.resolve(new Response('', { status: 429, headers: { 'retry-after': seconds } })),
      );
      await assert.rejects(fetchToken('/get_token'), refusedAs('unavailable', delayMs));
      t.mock.restoreAll();
    }
  });

  it('takes a network that fails, and an answer without a token, for unavailable', async (t) => {
    for (const response of [
      () => Promise.reject(new TypeError('fetch failed')),
      () => Promise.resolve(new Response('<html>')),
      () => Promise.resolve(Response.json({ ...times, token: 7 })),
      () => Promise.resolve(Response.json({ ...times, token: 'a', refresh_at: null })),
      () => Promise.resolve(Response.json(null)),
    ]) {
      answerWith(t, response);
      await assert.rejects(fetchToken('/get_token'), refusedAs('unavailable'));
      t.mock.restoreAll();
    }
  });
});
