import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '../../../src/router/logger.js';
import { PublicationLine } from '../../../src/router/meta/publication-line.js';
import { WampError } from '../../../src/router/protocol/errors.js';

/** A line, what it has published, and what it has logged. */
function createLine(limit?: number) {
  const published: unknown[] = [];
  const logged: string[] = [];
  const note = (_fields: object, message: string): void => {
    logged.push(message);
  };
  const line = new PublicationLine('realm1', { ...silentLogger, warn: note, error: note }, limit);
  const enter = (answer: unknown): void => {
    line.enter(answer, (value) => {
      published.push(value);
    });
  };
  return { line, enter, published, logged };
}

describe('PublicationLine', () => {
  it('publishes at once while nothing waits', () => {
    const { enter, published } = createLine();
    enter(1);
    enter(2);
    deepEqual(published, [1, 2]);
  });

  it('keeps the order when an answer must be awaited', async () => {
    const { enter, published } = createLine();
    let answer: (value: number) => void = () => undefined;
    enter(new Promise((resolve) => (answer = resolve)));
    enter(2);
    const last = Promise.resolve(3);
    enter(last);
    await last;
    deepEqual(published, []);
    answer(1);
    await new Promise(setImmediate);
    deepEqual(published, [1, 2, 3]);
    enter(4);
    deepEqual(published, [1, 2, 3, 4]);
  });

  it('publishes nothing for an answer that fails, and goes on', async () => {
    const { enter, published, logged } = createLine();
    enter(Promise.reject(new WampError('a.b')));
    enter(2);
    await new Promise(setImmediate);
    deepEqual([published, logged], [[2], []]);
  });

  it('logs a defect, and goes on', async () => {
    const { line, enter, published, logged } = createLine();
    line.enter(Promise.resolve(1), () => {
      throw new Error('a defect');
    });
    enter(2);
    await new Promise(setImmediate);
    deepEqual([published, logged], [[2], ['a defect']]);
  });

  it('drops what is over its bound, counts it and says so', async () => {
    const { line, enter, published, logged } = createLine(2);
    for (const value of [1, 2, 3, 4, 5]) enter(Promise.resolve(value));
    enter(Promise.reject(new WampError('a.b')));
    await new Promise(setImmediate);
    deepEqual(published, [1, 2, 3]);
    equal(line.dropped, 3);
    equal(logged.length, 2);
  });

  it('forgets what waits when it is cleared', async () => {
    const { line, enter, published } = createLine();
    enter(Promise.resolve(1));
    enter(2);
    line.clear();
    await new Promise(setImmediate);
    deepEqual(published, [1]);
  });
});
