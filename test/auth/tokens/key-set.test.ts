import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { KeySet } from '../../../src/auth/tokens/key-set.js';
import { keyName, type FetchedKeys } from '../../../src/auth/tokens/jwks.js';
import { parseTokenKey } from '../../../src/auth/tokens/token-keys.js';
import { AuthenticatorUnavailable } from '../../../src/router/index.js';
import { Deferred } from '../support/deferred.js';
import { MemoryLogger } from '../support/memory-logger.js';
import { rsaPair } from '../support/pem-pair.js';

const { publicKey } = rsaPair(2048);
const CACHE_MS = 600_000;
const COOLDOWN_MS = 30_000;

const keysNamed = (...kids: readonly string[]): FetchedKeys =>
  new Map(
    kids.map((kid) => [
      keyName('RS256', kid),
      parseTokenKey({ kid, alg: 'RS256', publicKey, issuer: 'id' }, 0),
    ]),
  );

/** A set whose endpoint answers with `answers`, one after the other and then the last again and again; an Error is a failure. */
function setUp(t: TestContext, ...answers: readonly (FetchedKeys | Error)[]) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const logger = new MemoryLogger();
  let asked = 0;
  const set = new KeySet({
    ...{ uri: 'https://id.example/jwks', issuer: 'id', timeoutMs: 1000 },
    algorithms: ['RS256'],
    cacheMs: CACHE_MS,
    cooldownMs: COOLDOWN_MS,
    logger,
    fetchKeys: () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? new Error('no answer');
      asked += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const tick = (ms: number): void => {
    t.mock.timers.tick(ms);
  };
  return { set, logger, tick, asked: () => asked };
}

/** Whether a key is there, asking for it where it is not at hand. */
const knows = async (set: KeySet, kid: string, alg = 'RS256'): Promise<boolean> =>
  (set.find(alg, kid) ?? (await set.lookUp(alg, kid))) !== undefined;

describe('KeySet', () => {
  it('fetches when it is first asked, and not before', async (t) => {
    const { set, asked } = setUp(t, keysNamed('a', 'b'));
    equal(set.find('RS256', 'a'), undefined);
    equal(asked(), 0);
    equal(await knows(set, 'a'), true);
    deepEqual([set.find('RS256', 'b')?.kid, asked()], ['b', 1]);
  });

  it('finds a key by exactly its kid and its own algorithm', async (t) => {
    const { set } = setUp(t, keysNamed('a'));
    equal(await knows(set, 'a'), true);
    for (const kid of ['A', 'a ', '', '__proto__']) equal(await knows(set, kid), false, kid);
    for (const alg of ['RS384', 'HS256', 'none']) equal(await knows(set, 'a', alg), false, alg);
  });

  it('is asked once for all who wait', async (t) => {
    const fetched = new Deferred<FetchedKeys>();
    t.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
    let asked = 0;
    const set = new KeySet({
      ...{ uri: 'https://id.example/jwks', issuer: 'id', timeoutMs: 1000 },
      ...{ algorithms: ['RS256'] as const, cacheMs: CACHE_MS, cooldownMs: COOLDOWN_MS },
      fetchKeys: () => {
        asked += 1;
        return fetched.promise;
      },
    });
    const all = Promise.all(Array.from({ length: 100 }, (_, n) => set.lookUp('RS256', `k${n}`)));
    fetched.resolve(keysNamed('k7'));
    equal((await all).filter((key) => key !== undefined).length, 1);
    equal(asked, 1);
  });

  it('asks again for an unknown kid only after the cooldown', async (t) => {
    const { set, tick, asked } = setUp(t, keysNamed('a'), keysNamed('a', 'b'));
    for (let n = 0; n < 50; n += 1) equal(await knows(set, `random-${n}`), false);
    tick(COOLDOWN_MS - 1);
    equal(await knows(set, 'b'), false);
    equal(asked(), 1);
    tick(1);
    equal(await knows(set, 'b'), true);
    equal(asked(), 2);
  });

  it('forgets what has been kept for so long', async (t) => {
    const { set, tick } = setUp(t, keysNamed('a'), keysNamed('b'));
    equal(await knows(set, 'a'), true);
    tick(CACHE_MS);
    equal(set.find('RS256', 'a'), undefined);
    equal(await knows(set, 'a'), false);
    equal(await knows(set, 'b'), true);
  });

  it('fetches ahead of time, while the keys still count', async (t) => {
    const { set, tick, asked } = setUp(t, keysNamed('a'), keysNamed('a'));
    await knows(set, 'a');
    tick(CACHE_MS / 2 - 1);
    set.find('RS256', 'a');
    equal(asked(), 1);
    tick(1);
    equal(set.find('RS256', 'a')?.kid, 'a');
    equal(asked(), 2);
    await set.lookUp('RS256', 'a');
    tick(CACHE_MS - 1);
    equal(set.find('RS256', 'a')?.kid, 'a');
  });
});

describe('KeySet whose endpoint fails', () => {
  it('says that nobody knows, and asks again ever later', async (t) => {
    const { set, tick, asked, logger } = setUp(t, new Error('canary'));
    const unavailable = () => rejects(set.lookUp('RS256', 'a'), AuthenticatorUnavailable);
    let expected = 0;
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await unavailable();
      expected += 1;
      tick(pause * 1000 - 1);
      await unavailable();
      equal(asked(), expected);
      tick(1);
    }
    equal(logger.lines.length, expected);
  });

  it('goes on with the keys that still count, and says of others that nobody knows', async (t) => {
    const { set, tick } = setUp(t, keysNamed('a'), new Error('down'));
    await knows(set, 'a');
    tick(COOLDOWN_MS);
    await rejects(set.lookUp('RS256', 'b'), AuthenticatorUnavailable);
    equal(set.find('RS256', 'a')?.kid, 'a');
    tick(CACHE_MS);
    await rejects(set.lookUp('RS256', 'a'), AuthenticatorUnavailable);
  });

  it('comes back with the endpoint', async (t) => {
    const { set, tick } = setUp(t, new Error('down'), keysNamed('a'));
    await rejects(set.lookUp('RS256', 'a'), AuthenticatorUnavailable);
    tick(1000);
    equal(await knows(set, 'a'), true);
    equal(await knows(set, 'b'), false);
  });
});
