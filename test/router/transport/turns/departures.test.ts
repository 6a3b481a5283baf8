import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { departInTurn } from '../../../../src/router/transport/turns/departures.js';

/** Takes the place of the event loop's turns: gives what runs the next one, and tells how many are awaited. */
function holdTurns(t: TestContext): { next: () => void; awaited: () => number } {
  const due: (() => void)[] = [];
  t.mock.method(globalThis, 'setImmediate', (callback: () => void) => due.push(callback));
  return { next: () => due.shift()?.(), awaited: () => due.length };
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('departInTurn', () => {
  it('has leave taken in a later turn', (t) => {
    const { next, awaited } = holdTurns(t);
    const left: string[] = [];
    departInTurn({ depart: () => left.push('one') });
    deepEqual(left, []);
    next();
    deepEqual(left, ['one']);
    equal(awaited(), 0);
  });

  it('has leave taken of 32 in one turn, at most, in the order in which they came', (t) => {
    const { next, awaited } = holdTurns(t);
    const left: number[] = [];
    for (const each of numbers(0, 100)) departInTurn({ depart: () => left.push(each) });
    equal(awaited(), 1);
    for (const [from, to] of [
      [0, 32],
      [32, 64],
      [64, 96],
      [96, 100],
    ] as const) {
      next();
      deepEqual(left.splice(0), numbers(from, to));
    }
    equal(awaited(), 0);
  });

  it('has those that come later wait behind the others', (t) => {
    const { next, awaited } = holdTurns(t);
    const left: number[] = [];
    for (const each of numbers(0, 40)) departInTurn({ depart: () => left.push(each) });
    next();
    for (const each of numbers(40, 50)) departInTurn({ depart: () => left.push(each) });
    equal(awaited(), 1);
    next();
    deepEqual(left, numbers(0, 50));
    equal(awaited(), 0);
  });

  it('has leave taken once of one that is entered twice, in its first place', (t) => {
    const { next } = holdTurns(t);
    const left: string[] = [];
    const twice = { depart: () => left.push('twice') };
    departInTurn(twice);
    departInTurn({ depart: () => left.push('other') });
    departInTurn(twice);
    next();
    deepEqual(left, ['twice', 'other']);
  });

  it('has leave taken again of one that is entered again afterwards', (t) => {
    const { next } = holdTurns(t);
    const left: string[] = [];
    const again = { depart: () => left.push('again') };
    for (const times of [1, 2]) {
      departInTurn(again);
      next();
      equal(left.length, times);
    }
  });

  it('has leave taken of one that is entered while it is taken of another', (t) => {
    const { next, awaited } = holdTurns(t);
    const left: string[] = [];
    departInTurn({
      depart: () => {
        left.push('first');
        departInTurn({ depart: () => left.push('second') });
      },
    });
    while (awaited() > 0) next();
    deepEqual(left, ['first', 'second']);
  });

  it('goes on in the next turn behind one whose leave fails', (t) => {
    const { next, awaited } = holdTurns(t);
    const left: string[] = [];
    departInTurn({ depart: () => left.push('first') });
    departInTurn({
      depart: () => {
        throw new Error('no leave');
      },
    });
    departInTurn({ depart: () => left.push('last') });
    throws(next, { message: 'no leave' });
    deepEqual(left, ['first']);
    next();
    deepEqual(left, ['first', 'last']);
    equal(awaited(), 0);
  });

  it('asks for no turn when the last one’s leave fails', (t) => {
    const { next, awaited } = holdTurns(t);
    departInTurn({
      depart: () => {
        throw new Error('no leave');
      },
    });
    throws(next, { message: 'no leave' });
    equal(awaited(), 0);
  });
});
