import { deepEqual, equal } from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { OutboundQueue } from '../../../src/router/transport/outbound-queue.js';

const KIB = 1024;

interface QueueUnderTest {
  readonly queue: OutboundQueue;
  /** The lengths of what was written, in order. */
  readonly written: number[];
  /** What the socket says of itself. */
  readonly state: { writableNeedDrain: boolean; writableLength: number };
  readonly socket: Socket;
}

function create(t: TestContext, limit = 1024 * KIB): QueueUnderTest {
  const socket = new Socket();
  t.after(() => socket.destroy());
  const written: number[] = [];
  const state = { writableNeedDrain: false, writableLength: 0 };
  // Own properties: a mock would change the prototype, and with it the process's own sockets.
  Object.defineProperties(socket, {
    write: { value: (bytes: Buffer) => written.push(bytes.length) > 0 },
    writableNeedDrain: { get: () => state.writableNeedDrain },
    writableLength: { get: () => state.writableLength },
  });
  return { queue: new OutboundQueue(socket, limit), written, state, socket };
}

const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('OutboundQueue', () => {
  it('writes what a turn gathered at its end, small frames in one go', async (t) => {
    const { queue, written } = create(t);
    for (let frame = 0; frame < 3; frame += 1) equal(queue.push(Buffer.alloc(100)), true);
    deepEqual(written, []);
    equal(queue.unsentBytes, 300);
    await endOfTurn();
    deepEqual(written, [300]);
    equal(queue.unsentBytes, 0);
    queue.push(Buffer.alloc(5));
    await endOfTurn();
    deepEqual(written, [300, 5]);
  });

  it('writes large frames as they are', async (t) => {
    const { queue, written } = create(t);
    queue.push(Buffer.alloc(20 * KIB));
    queue.push(Buffer.alloc(30 * KIB));
    await endOfTurn();
    deepEqual(written, [20 * KIB, 30 * KIB]);
  });

  it('does not wait for the end of the turn when 64 KiB have gathered', (t) => {
    const { queue, written } = create(t);
    for (let frame = 0; frame < 65; frame += 1) queue.push(Buffer.alloc(KIB));
    deepEqual(written, [64 * KIB]);
  });

  it('takes bytes up to the limit, the socket’s own included, and refuses one more', (t) => {
    const { queue, state } = create(t, 1000);
    state.writableLength = 400;
    equal(queue.push(Buffer.alloc(601)), false);
    equal(queue.push(Buffer.alloc(600)), true);
    equal(queue.push(Buffer.alloc(1)), false);
    equal(queue.unsentBytes, 1000);
  });

  it('keeps its frames while the socket has not drained', async (t) => {
    const { queue, written, state, socket } = create(t);
    state.writableNeedDrain = true;
    queue.push(Buffer.alloc(10));
    await endOfTurn();
    deepEqual(written, []);
    state.writableNeedDrain = false;
    socket.emit('drain');
    deepEqual(written, [10]);
  });

  it('writes all at the finish, drained or not', (t) => {
    const { queue, written, state } = create(t);
    state.writableNeedDrain = true;
    queue.push(Buffer.alloc(10));
    queue.finish();
    queue.finish();
    deepEqual(written, [10]);
  });

  it('forgets what it has cleared', async (t) => {
    const { queue, written } = create(t);
    queue.push(Buffer.alloc(10));
    queue.clear();
    equal(queue.unsentBytes, 0);
    await endOfTurn();
    queue.finish();
    deepEqual(written, []);
  });
});
