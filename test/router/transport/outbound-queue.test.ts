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
    write: { value: (bytes: Buffer) => written.push(bytes.length) > 0, configurable: true },
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

  it('writes 128 KiB in one turn and the rest in those that follow, whole frames only', async (t) => {
    const { queue, written } = create(t);
    for (let frame = 0; frame < 129; frame += 1) queue.push(Buffer.alloc(KIB));
    queue.push(Buffer.alloc(128 * KIB));
    queue.push(Buffer.alloc(200 * KIB));
    await endOfTurn();
    deepEqual(written, [128 * KIB]);
    await endOfTurn();
    deepEqual(
      written,
      [128, 1].map((size) => size * KIB),
    );
    await endOfTurn();
    await endOfTurn();
    deepEqual(
      written,
      [128, 1, 128, 200].map((size) => size * KIB),
    );
    equal(queue.unsentBytes, 0);
  });

  it('writes 1,024 frames in one turn, at most', async (t) => {
    const { queue, written } = create(t);
    for (let frame = 0; frame < 2050; frame += 1) queue.push(Buffer.alloc(10));
    for (let turn = 0; turn < 3; turn += 1) await endOfTurn();
    deepEqual(written, [10_240, 10_240, 20]);
  });

  it('lets each connection write before one that has more than its share writes again', async (t) => {
    const order: string[] = [];
    const [hot, first, second] = ['hot', 'first', 'second'].map((name) => {
      const { queue, socket } = create(t);
      Object.defineProperty(socket, 'write', {
        value: ({ length }: Buffer) => order.push(`${name} ${length / KIB}`) > 0,
      });
      return queue;
    });
    for (let frame = 0; frame < 300; frame += 1) hot?.push(Buffer.alloc(KIB));
    first?.push(Buffer.alloc(KIB));
    await endOfTurn();
    second?.push(Buffer.alloc(KIB));
    for (let turn = 0; turn < 2; turn += 1) await endOfTurn();
    deepEqual(order, ['hot 128', 'first 1', 'hot 128', 'second 1', 'hot 44']);
  });

  it('goes on with the rest when the socket has drained, not before', async (t) => {
    const { queue, written, state, socket } = create(t);
    for (let frame = 0; frame < 200; frame += 1) queue.push(Buffer.alloc(KIB));
    await endOfTurn();
    state.writableNeedDrain = true;
    await endOfTurn();
    await endOfTurn();
    deepEqual(written, [128 * KIB]);
    state.writableNeedDrain = false;
    socket.emit('drain');
    await endOfTurn();
    deepEqual(written, [128 * KIB, 72 * KIB]);
  });

  it('writes early what would be over the limit, if the socket has taken all before it', (t) => {
    const { queue, written } = create(t, 1000);
    equal(queue.push(Buffer.alloc(600)), true);
    equal(queue.push(Buffer.alloc(600)), true);
    deepEqual(written, [600]);
    equal(queue.unsentBytes, 600);
  });

  it('counts a short frame as 64 bytes', (t) => {
    const { queue, state } = create(t, 640);
    state.writableLength = 1;
    for (let frame = 0; frame < 10; frame += 1) equal(queue.push(Buffer.alloc(1)), true);
    equal(queue.push(Buffer.alloc(1)), false);
    equal(queue.unsentBytes, 11);
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
    deepEqual(written, []);
    await endOfTurn();
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
