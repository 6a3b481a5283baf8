import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { toRequestId } from '../../../../src/router/protocol/id.js';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import { openRaw, resultOf, toFrame } from '../../../support/rawsocket-pair.js';

describe('the ending of a RawSocketTransport', () => {
  // WS-12
  it('reports 1006 when the peer ends in the middle of a frame, or resets', async (t) => {
    const first = await openRaw(t);
    first.write('000000');
    first.socket.end();
    equal(await first.events.take(), 'close 1006');
    const second = await openRaw(t);
    second.socket.resetAndDestroy();
    equal(await second.events.take(), 'close 1006');
  });

  for (const medium of ['TCP', 'a Unix socket', 'TLS'] as const) {
    it(`sends what is queued after the peer has ended its side of ${medium}`, async (t) => {
      const { socket, transport, events, stream } = await openRaw(t, {}, { medium });
      transport.open({
        onmessage: () => {
          transport.send({ type: 35, request: toRequestId(1) });
        },
        onviolation: () => undefined,
        onclose: (code) => {
          events.push(`close ${code}`);
        },
      });
      socket.end(toFrame([49, 1, {}]));
      deepEqual(await stream.rest, toFrame([35, 1]));
      equal(await events.take(), 'close 1000');
    });
  }

  it('cuts a peer off with 4409 that does not read', async (t) => {
    const { transport, socket, events } = await openRaw(t, { queueBytes: 10_000 });
    socket.pause();
    // More than its socket takes.
    for (let sent = 0; sent < 3000; sent += 1) transport.send(resultOf(9000));
    equal(await events.take(), 'close 4409');
  });

  it('sends one message that is longer than the queue’s limit to a peer that has taken all', async (t) => {
    const { transport, stream } = await openRaw(t, { queueBytes: 100 });
    transport.send(resultOf(5000));
    equal((await stream.take(5004)).length, 5004);
  });

  it('cuts a peer that does not end its side within 2 s', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { transport, socket, stream, events } = await openRaw(t);
    socket.allowHalfOpen = true;
    transport.close(CloseCode.normal, '');
    await stream.rest;
    equal(events.size, 0);
    t.mock.timers.tick(2000);
    equal(await events.take(), 'close 1000');
  });
});

describe('the keep-alive of a RawSocketTransport', () => {
  it('pings when the time has come, and lives on with a pong', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const { write, read, send, events } = await openRaw(t, { pingMs: 5000, pongMs: 2000 });
    t.mock.timers.tick(5000);
    equal(await read(4), '01000000');
    write('02000000');
    // What comes after the pong shows that the pong has come.
    send([49, 1, {}]);
    equal(await events.take(), 'message 1');
    t.mock.timers.tick(4000);
    send([49, 2, {}]);
    equal(await events.take(), 'message 2');
  });

  it('ends the connection with 4411 when nothing has come in time', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const { read, receive, events } = await openRaw(t, { pingMs: 5000, pongMs: 2000 });
    t.mock.timers.tick(5000);
    equal(await read(4), '01000000');
    t.mock.timers.tick(1000);
    equal(events.size, 0);
    t.mock.timers.tick(1000);
    equal(await events.take(), 'close 4411');
    await rejects(receive());
  });

  it('asks for a sign of life, whatever it is', async (t) => {
    const { transport, read, write, socket, events } = await openRaw(t, { pingMs: 5000 });
    const answered = transport.probe?.(60_000);
    equal(await read(4), '01000000');
    write('02000000');
    equal(await answered, true);
    const unanswered = transport.probe?.(60_000);
    socket.destroy();
    equal(await unanswered, false);
    await events.take();
    equal(await transport.probe?.(60_000), false);
  });

  it('takes a peer for alive that it does not ping', async (t) => {
    const { transport, receive } = await openRaw(t);
    equal(await transport.probe?.(60_000), true);
    transport.send({ type: 35, request: toRequestId(1) });
    deepEqual(await receive(), [35, 1]);
  });

  // autobahn for Python ends the connection at a PING.
  it('pings nobody unless it is told to', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const { transport, receive } = await openRaw(t);
    t.mock.timers.tick(1_000_000);
    transport.send({ type: 35, request: toRequestId(1) });
    deepEqual(await receive(), [35, 1]);
  });

  it('forgets a connection that has ended', async (t) => {
    const { socket, events } = await openRaw(t);
    socket.end();
    await once(socket, 'close');
    equal(await events.take(), 'close 1000');
  });
});
