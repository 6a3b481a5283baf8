import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { LoginWatch, type LoginVerdict } from '../../../src/auth/sessions/login-watch.js';

const OPEN: LoginVerdict = { isOpen: true };

interface Setup {
  readonly watch: LoginWatch;
  readonly inUse: Set<string>;
  /** Log-ins and how they ended. */
  readonly ends: string[];
  /** Lets the clock go on, second by second, and what it sets off. */
  readonly pass: (seconds: number) => Promise<void>;
}

function setUp(t: TestContext, everyMs = 10_000): Setup {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'] });
  const inUse = new Set(['a', 'b']);
  const ends: string[] = [];
  const watch = new LoginWatch({
    everyMs,
    outageMs: 30_000,
    loginsInUse: () => inUse,
    onend: (login, end) => ends.push(`${login} ${end}`),
  });
  t.after(() => {
    watch.close();
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      t.mock.timers.tick(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { watch, inUse, ends, pass };
}

describe('LoginWatch', () => {
  it('looks at a log-in again and again, as long as it has sessions', async (t) => {
    const { watch, inUse, ends, pass } = setUp(t);
    let looks = 0;
    watch.watch('a', () => {
      looks += 1;
      return OPEN;
    });
    await pass(9);
    equal(looks, 0);
    await pass(1);
    equal(looks, 1);
    await pass(20);
    equal(looks, 3);
    inUse.delete('a');
    await pass(20);
    deepEqual([looks, watch.size, ends], [3, 0, []]);
  });

  it('ends the sessions of a log-in that has ended or run out', async (t) => {
    const { watch, ends, pass } = setUp(t);
    watch.watch('a', () => ({ isOpen: false, isExpired: false }));
    watch.watch('b', () => Promise.resolve({ isOpen: false, isExpired: true }));
    await pass(10);
    deepEqual([ends, watch.size], [['a ended', 'b expired'], 0]);
  });

  it('looks earlier when a log-in is to run out', async (t) => {
    const { watch, ends, pass } = setUp(t);
    let until = 3000;
    const check = (): LoginVerdict =>
      Date.now() < until ? { isOpen: true, until } : { isOpen: false, isExpired: true };
    watch.watch('a', check, until);
    until = 5000;
    await pass(3);
    deepEqual(ends, []);
    await pass(2);
    deepEqual(ends, ['a expired']);
  });

  it('bears for a while that nobody can tell, and begins anew when somebody can', async (t) => {
    const { watch, ends, pass } = setUp(t);
    let isDown = true;
    watch.watch('a', () => (isDown ? Promise.reject(new Error('down')) : OPEN));
    await pass(30);
    deepEqual(ends, []);
    isDown = false;
    await pass(10);
    isDown = true;
    await pass(30);
    deepEqual(ends, []);
    await pass(10);
    deepEqual([ends, watch.size], [['a unknown'], 0]);
  });

  it('asks no second time while an answer is awaited, and takes none that is out of date', async (t) => {
    const { watch, ends, pass } = setUp(t);
    const answers: ((verdict: LoginVerdict) => void)[] = [];
    const ask = (): Promise<LoginVerdict> => new Promise((resolve) => answers.push(resolve));
    watch.watch('a', ask);
    await pass(30);
    equal(answers.length, 1);
    // Somebody comes in by the same cookie, so that it is open after all.
    watch.watch('a', ask);
    answers[0]?.({ isOpen: false, isExpired: false });
    await pass(1);
    deepEqual([ends, watch.size], [[], 1]);
    await pass(10);
    equal(answers.length, 2);
  });

  it('is not put off by further sessions of the same log-in', async (t) => {
    const { watch, pass } = setUp(t);
    let looks = 0;
    const check = (): LoginVerdict => {
      looks += 1;
      return OPEN;
    };
    for (let round = 0; round < 4; round += 1) {
      watch.watch('a', check);
      await pass(5);
    }
    equal(looks, 2);
  });

  it('looks no more once it is closed', async (t) => {
    const { watch, ends, pass } = setUp(t);
    watch.watch('a', () => ({ isOpen: false, isExpired: false }));
    watch.close();
    watch.close();
    await pass(20);
    deepEqual([ends, watch.size], [[], 0]);
  });
});
