import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchLoader } from '../../../src/auth/users/batch-loader.js';

class Overload extends Error {}

/** A loader that keeps what it was asked for, and answers when it is told to. */
function loaderOf(options: { parallel?: number; queue?: number } = {}) {
  const asked: string[][] = [];
  const answers: ((values: ReadonlyMap<string, string> | Error) => void)[] = [];
  const loader = new BatchLoader<string>({
    parallel: 1,
    overload: () => new Overload(),
    ...options,
    load: (keys) =>
      new Promise((resolve, reject) => {
        asked.push([...keys]);
        answers.push((answer) => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
      }),
  });
  return { loader, asked, answers };
}

describe('BatchLoader', () => {
  it('asks once for all keys of a turn, each once; a key without a value has none', async () => {
    const { loader, asked, answers } = loaderOf();
    const loads = ['a', 'b', 'a'].map((key) => loader.load(key));
    await nextTurn();
    answers[0]?.(new Map([['a', 'A']]));
    assert.deepEqual(await Promise.all(loads), ['A', undefined, 'A']);
    assert.deepEqual(asked, [['a', 'b']]);
  });

  it('asks anew for a key that is being asked for, with all that comes meanwhile', async () => {
    const { loader, asked, answers } = loaderOf();
    const first = loader.load('a');
    await nextTurn();
    const later = [loader.load('a'), loader.load('b')];
    await nextTurn();
    assert.equal(asked.length, 1);
    answers[0]?.(new Map([['a', 'old']]));
    assert.equal(await first, 'old');
    await nextTurn();
    await nextTurn();
    answers[1]?.(new Map([['a', 'new']]));
    assert.deepEqual(await Promise.all(later), ['new', undefined]);
    assert.deepEqual(asked, [['a'], ['a', 'b']]);
  });

  it('asks for 500 at a time, as many times at once as it may', async () => {
    const { loader, asked, answers } = loaderOf({ parallel: 2 });
    const loads = Array.from({ length: 1100 }, (_, index) => loader.load(String(index)));
    await nextTurn();
    assert.deepEqual(
      asked.map((keys) => keys.length),
      [500, 500],
    );
    answers[0]?.(new Map());
    await loads[0];
    await nextTurn();
    await nextTurn();
    assert.equal(asked[2]?.length, 100);
    for (const answer of answers) answer(new Map());
    await Promise.all(loads);
  });

  it('rejects all keys of a question that fails, and goes on', async () => {
    const { loader, answers } = loaderOf();
    const failed = loader.load('a');
    await nextTurn();
    answers[0]?.(new Error('gone'));
    await assert.rejects(failed, /gone/);
    const good = loader.load('a');
    await nextTurn();
    await nextTurn();
    answers[1]?.(new Map([['a', 'A']]));
    assert.equal(await good, 'A');
  });

  it('refuses the key for which there is no place', async () => {
    const { loader, answers } = loaderOf({ queue: 2 });
    const loads = [loader.load('a'), loader.load('b')];
    await assert.rejects(loader.load('c'), Overload);
    const again = loader.load('a');
    await nextTurn();
    answers[0]?.(new Map());
    await Promise.all([...loads, again]);
  });
});
