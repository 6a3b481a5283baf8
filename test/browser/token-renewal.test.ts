import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { TokenRefused, TokenRenewal, type Token } from './page-modules.js';

/** A renewal of a token that ends after 10 s and wants to be replaced after 8; `fetchToken` and the router answer as the test says. */
function renewal(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  t.mock.method(Math, 'random', () => 0);
  const told: (number | string)[] = [];
  const calls: unknown[][] = [];
  const script = {
    fetch: (): Promise<Token> =>
      Promise.resolve({
        token: `token-${calls.length}`,
        expiresAtMs: Date.now() + 10_000,
        refreshAtMs: Date.now() + 8000,
      }),
    answer: (): Promise<unknown> => Promise.resolve({}),
  };
  let fetched = 0;
  const renewing = new TokenRenewal({
    session: {
      call: (procedure, args) => {
        calls.push([procedure, ...args]);
        return script.answer();
      },
    },
    token: { token: 'first', expiresAtMs: 10_000, refreshAtMs: 8000 },
    fetchToken: () => {
      fetched += 1;
      return script.fetch();
    },
    onrenew: (expiresAtMs) => told.push(expiresAtMs),
    onrefused: ({ refusal }) => told.push(refusal),
  });
  return {
    told,
    calls,
    script,
    stop: () => {
      renewing.stop();
    },
    fetched: () => fetched,
    pass: async (ms: number) => {
      t.mock.timers.tick(ms);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    },
  };
}

describe('TokenRenewal', () => {
  it('gives the router a new token in time, again and again', async (t) => {
    const { told, calls, pass } = renewal(t);
    await pass(7999);
    assert.deepEqual(calls, []);
    await pass(1);
    await pass(8000);
    await pass(8000);
    assert.deepEqual(calls, [
      ['expressway.auth.refresh', 'token-0'],
      ['expressway.auth.refresh', 'token-1'],
      ['expressway.auth.refresh', 'token-2'],
    ]);
    assert.deepEqual(told, [18_000, 26_000, 34_000]);
  });

  it('tries again, later and later, while no token is to be had or the router refuses', async (t) => {
    const { told, script, fetched, pass } = renewal(t);
    const { fetch, answer } = script;
    script.fetch = () => Promise.reject(new TokenRefused('unavailable', 'Busy.'));
    await pass(8000);
    assert.equal(fetched(), 1);
    script.fetch = fetch;
    script.answer = () => Promise.reject(new Error('no such procedure'));
    await pass(1000);
    assert.equal(fetched(), 2);
    script.answer = answer;
    // A second before its end the token is left to it.
    await pass(10_000);
    assert.deepEqual([fetched(), told], [2, []]);
  });

  it('tries again when the router does not answer', async (t) => {
    const { told, script, pass } = renewal(t);
    const { answer } = script;
    script.fetch = () =>
      Promise.resolve({ token: 'long', expiresAtMs: 100_000, refreshAtMs: 90_000 });
    await pass(8000);
    script.answer = () => new Promise(() => undefined);
    await pass(82_000);
    script.answer = answer;
    await pass(5000);
    await pass(2500);
    assert.deepEqual(told, [100_000, 100_000]);
  });

  for (const refusal of ['signed-out', 'forbidden']) {
    it(`gives up at once when the user is ${refusal}`, async (t) => {
      const { told, script, fetched, pass } = renewal(t);
      script.fetch = () => Promise.reject(new TokenRefused(refusal, 'No.'));
      await pass(8000);
      await pass(10_000);
      assert.deepEqual([told, fetched()], [[refusal], 1]);
    });
  }

  it('does nothing more when the session is over', async (t) => {
    const { told, stop, fetched, pass } = renewal(t);
    stop();
    await pass(20_000);
    assert.deepEqual([told, fetched()], [[], 0]);
  });

  it('tells nothing of an answer that comes when the session is over', async (t) => {
    const { told, script, stop, pass } = renewal(t);
    let answer: (result: unknown) => void = () => undefined;
    script.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await pass(8000);
    stop();
    answer({});
    await pass(20_000);
    assert.deepEqual(told, []);
  });
});
