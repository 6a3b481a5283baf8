import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteGatherer } from '../../../src/router/transport/byte-gatherer.js';

const SOURCE = Buffer.from('abcdefghijklmnopqrstuvwxyz');

function gathered(...parts: [number, number][]): ByteGatherer {
  const gatherer = new ByteGatherer();
  for (const [start, end] of parts) gatherer.add(SOURCE, start, end);
  return gatherer;
}

describe('ByteGatherer', () => {
  it('puts parts of its sources one behind the other', () => {
    equal(gathered([0, 3], [10, 11], [3, 8]).take().toString(), 'abckdefgh');
  });

  it('tells how many bytes have come, and shows them before they are taken', () => {
    const gatherer = gathered([0, 3], [3, 3], [20, 26]);
    equal(gatherer.length, 9);
    equal(gatherer.bytes.toString('latin1', 0, 9), 'abcuvwxyz');
  });

  it('has nothing in the beginning', () => {
    const gatherer = new ByteGatherer();
    equal(gatherer.length, 0);
    equal(gatherer.take().length, 0);
  });

  it('is empty when its bytes have been taken, and begins anew', () => {
    const gatherer = gathered([0, 5]);
    const taken = gatherer.take();
    deepEqual([gatherer.length, gatherer.bytes.length], [0, 0]);
    gatherer.add(SOURCE, 5, 8);
    equal(taken.toString(), 'abcde');
    equal(gatherer.take().toString(), 'fgh');
  });

  it('copies what it is given', () => {
    const source = Buffer.from('abc');
    const gatherer = new ByteGatherer();
    gatherer.add(source, 0, 3);
    source.fill('x');
    equal(gatherer.take().toString(), 'abc');
  });

  it('has room for at most twice of what has come, and never for more than is expected', () => {
    for (const expected of [1_000_000, 5000, 1000, Infinity]) {
      for (const step of [1, 2, 7, 100, 999]) {
        const gatherer = new ByteGatherer();
        const source = Buffer.alloc(step);
        while (gatherer.length + step <= Math.min(expected, 5000)) {
          gatherer.add(source, 0, step, expected);
          ok(gatherer.bytes.length <= Math.min(expected, 2 * gatherer.length));
        }
      }
    }
  });

  it('makes room only now and then when bytes come one by one', () => {
    const gatherer = new ByteGatherer();
    const rooms = new Set<Buffer>();
    for (let count = 0; count < 10_000; count += 1) {
      gatherer.add(SOURCE, 0, 1);
      rooms.add(gatherer.bytes);
    }
    ok(rooms.size <= 15);
  });

  it('has exactly the room that is expected at last', () => {
    const gatherer = new ByteGatherer();
    for (let count = 0; count < 100; count += 1) gatherer.add(SOURCE, 0, 1, 100);
    equal(gatherer.bytes.length, 100);
  });
});
