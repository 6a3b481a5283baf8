import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CheckQueue, PasswordCheckOverload } from '../../../src/auth/users/check-queue.js';

/** A check that ends when it is told to. */
interface Gate {
  readonly open: () => void;
  readonly done: Promise<string>;
}

/** A queue that notes in which order checks began. */
class WatchedQueue {
  readonly began: string[] = [];
  readonly #queue: CheckQueue;

  constructor(options: ConstructorParameters<typeof CheckQueue>[0]) {
    this.#queue = new CheckQueue(options);
  }

  /** Of the source that the name begins with; of none for a `?`. */
  add(name: string): Gate {
    const source = name === '?' ? undefined : name.replace(/\d+$/, '');
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const done = this.#queue
      .run(source, async () => {
        this.began.push(name);
        await opened;
      })
      .then(
        () => 'done',
        (error: unknown) => (error instanceof PasswordCheckOverload ? 'refused' : 'failed'),
      );
    return { open, done };
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}

/** Opens all gates; the outcomes. */
async function finish(gates: readonly Gate[]): Promise<readonly string[]> {
  for (const { open } of gates) open();
  return Promise.all(gates.map(({ done }) => done));
}

describe('CheckQueue', () => {
  // L4
  it('serves sources by turns: who sends many waits behind itself, and nobody behind them all', async () => {
    const queue = new WatchedQueue({ concurrency: 1 });
    const gates = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2'].map((name) => queue.add(name));
    assert.deepEqual(await finish(gates), Array(7).fill('done'));
    assert.deepEqual(queue.began, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('gives one source no more than its share of the places', async () => {
    const queue = new WatchedQueue({ concurrency: 1, queue: 8 });
    const gates = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => queue.add(name));
    assert.deepEqual(await finish(gates), ['done', 'done', 'done', 'refused', 'done']);
  });

  it('makes room for a newcomer by the last of the longest line', async () => {
    const queue = new WatchedQueue({ concurrency: 1, queue: 4, perSource: 3 });
    const names = ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'd1', 'e1'];
    const gates = names.map((name) => queue.add(name));
    assert.deepEqual(await finish(gates), [
      'done',
      'done',
      'refused',
      'refused',
      'done',
      'done',
      'done',
      // Nobody waits with more than one any more: it would take the place of its equal.
      'refused',
    ]);
  });

  it('has one line for all without a source, as long as the queue', async () => {
    const queue = new WatchedQueue({ concurrency: 2, queue: 3 });
    const gates = Array.from({ length: 6 }, () => queue.add('?'));
    const outcomes = await finish(gates);
    assert.deepEqual(outcomes, ['done', 'done', 'done', 'done', 'done', 'refused']);
  });

  it('runs no more at a time than it may, and a failing check gives its place back', async () => {
    const queue = new CheckQueue({ concurrency: 2 });
    let running = 0;
    let most = 0;
    const checks = Array.from({ length: 9 }, (_, index) =>
      queue.run(`${index % 3}`, async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (index % 2 === 0) throw new Error('broken');
        return index;
      }),
    );
    const outcomes = await Promise.allSettled(checks);
    assert.deepEqual([most, running], [2, 0]);
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 5);
  });

  it('refuses what waits and what comes once it is closed, and lets end what runs', async () => {
    const queue = new WatchedQueue({ concurrency: 1 });
    const [running, waiting] = [queue.add('a1'), queue.add('b1')];
    const closing = queue.close();
    assert.equal(await waiting.done, 'refused');
    assert.equal(await queue.add('c1').done, 'refused');
    running.open();
    await closing;
    assert.equal(await running.done, 'done');
    await queue.close();
  });
});
