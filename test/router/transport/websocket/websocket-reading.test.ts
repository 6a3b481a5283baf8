import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import { clientFrame, closePayload } from '../../../support/client-frame.js';
import {
  cancelFrame,
  openOctets,
  type WebSocketOctets,
} from '../../../support/websocket-octets.js';

const CLOSE = clientFrame(8, closePayload(1000));

/** Pauses the transport at each message. */
function pauseAtEach({ transport, events }: WebSocketOctets): void {
  transport.open({
    onmessage: (message) => {
      events.push(`message ${'request' in message ? message.request : ''}`);
      transport.pause();
    },
    onviolation: () => undefined,
    onclose: (code) => {
      events.push(`close ${code}`);
    },
  });
}

describe('what a WebSocketTransport hears', () => {
  it('begins with what comes in one piece with the upgrade request', async (t) => {
    const head = [cancelFrame(1), clientFrame(9, 'ping'), cancelFrame(2).subarray(0, 5)];
    const { write, events, stream } = await openOctets(t, {}, { head });
    equal(await events.take(), 'message 1');
    equal((await stream.take(6)).toString('latin1'), '\x8a\x04ping');
    write(cancelFrame(2).subarray(5), cancelFrame(3));
    deepEqual([await events.take(), await events.take()], ['message 2', 'message 3']);
  });

  it('includes a close frame that comes with the upgrade request', async (t) => {
    const { stream, socket, events, over } = await openOctets(
      t,
      {},
      {
        head: [cancelFrame(1), CLOSE],
      },
    );
    equal((await stream.rest).toString('hex'), '880203e8');
    socket.end();
    await over();
    deepEqual(events.takeAll(), ['message 1', 'close 1000']);
  });

  it('is refused with 1002 when what comes with the upgrade request is no frame', async (t) => {
    const { stream } = await openOctets(
      t,
      {},
      {
        head: [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      },
    );
    equal((await stream.rest).toString('hex'), '880203ea');
  });

  it('does not include a message that has come in part when the connection ends', async (t) => {
    const { socket, events, over } = await openOctets(t);
    socket.end(Buffer.concat([cancelFrame(1), cancelFrame(2).subarray(0, -1)]));
    await over();
    deepEqual(events.takeAll(), ['message 1', 'close 1006']);
  });
});

for (const medium of ['TCP', 'TLS'] as const) {
  describe(`the end of a client’s side of ${medium}`, () => {
    it('comes behind its last message, and the answer goes out', async (t) => {
      const { transport, socket, stream, events, over } = await openOctets(t, {}, { medium });
      transport.open({
        onmessage: () => {
          transport.send({ type: 4, method: 'answer', extra: {} });
        },
        onviolation: () => undefined,
        onclose: (code) => {
          events.push(`close ${code}`);
        },
      });
      socket.end(cancelFrame(1));
      equal((await stream.rest).toString('latin1'), '\x81\x0f[4,"answer",{}]');
      await over();
      deepEqual(events.takeAll(), ['close 1006']);
    });

    // More than goes out in one turn, and more than a socket takes at once.
    it('does not cut a long answer short', async (t) => {
      // However slow this machine is, the client is not cut for being late.
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const options = { queueBytes: 2 ** 24 };
      const { transport, socket, stream } = await openOctets(t, options, { medium });
      transport.open({
        onmessage: () => {
          for (let sent = 0; sent < 500; sent += 1) {
            transport.send({ type: 4, method: 'x'.repeat(10_000 - '[4,"",{}]'.length), extra: {} });
          }
        },
        onviolation: () => undefined,
        onclose: () => undefined,
      });
      socket.end(cancelFrame(1));
      equal((await stream.rest).length, 500 * (4 + 10_000));
    });

    it('does not hold up the answer to its close frame', async (t) => {
      const { socket, stream, events, over } = await openOctets(t, {}, { medium });
      socket.end(Buffer.concat([cancelFrame(1), CLOSE]));
      equal((await stream.rest).toString('hex'), '880203e8');
      await over();
      deepEqual(events.takeAll(), ['message 1', 'close 1000']);
    });
  });
}

describe('a paused WebSocketTransport', () => {
  it('stops in the middle of a chunk, and goes on where it stopped', async (t) => {
    const octets = await openOctets(t);
    const { transport, events, write } = octets;
    pauseAtEach(octets);
    write(...[1, 2, 3, 4].map(cancelFrame));
    for (const request of [1, 2, 3, 4]) {
      equal(await events.take(), `message ${request}`);
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      equal(events.size, 0);
      transport.resume();
    }
  });

  it('hears what came meanwhile behind what it had already, in order', async (t) => {
    const octets = await openOctets(t);
    const { transport, events, socket, write, accepted } = octets;
    pauseAtEach(octets);
    write(cancelFrame(1), cancelFrame(2), cancelFrame(3).subarray(0, 7));
    equal(await events.take(), 'message 1');
    await new Promise((resolve) => {
      socket.write(Buffer.concat([cancelFrame(3).subarray(7), cancelFrame(4)]), resolve);
    });
    equal(accepted.isPaused(), true);
    for (const request of [2, 3, 4]) {
      transport.resume();
      equal(await events.take(), `message ${request}`);
    }
  });

  it('answers no ping, and all of them when it is resumed', async (t) => {
    const { transport, events, write, stream } = await openOctets(t);
    transport.open({
      onmessage: () => {
        transport.pause();
        transport.send({ type: 4, method: 'paused', extra: {} });
        events.push('paused');
      },
      onviolation: () => undefined,
      onclose: () => undefined,
    });
    write(cancelFrame(1), clientFrame(9, 'a'), clientFrame(9, 'b'));
    await events.take();
    equal((await stream.take(17)).toString('latin1'), '\x81\x0f[4,"paused",{}]');
    transport.send({ type: 4, method: 'still', extra: {} });
    equal((await stream.take(16)).toString('latin1'), '\x81\x0e[4,"still",{}]');
    transport.resume();
    equal((await stream.take(6)).toString('latin1'), '\x8a\x01a\x8a\x01b');
  });

  for (const [name, last, report] of [
    [
      'a close frame',
      (octets) => {
        octets.write(CLOSE);
      },
      'close 1000',
    ],
    ['the end of the connection', ({ socket }) => socket.end(), 'close 1006'],
  ] as [string, (octets: WebSocketOctets) => unknown, string][]) {
    it(`reports ${name} behind what came before it, and not before it is resumed`, async (t) => {
      const octets = await openOctets(t);
      const { transport, events, write } = octets;
      pauseAtEach(octets);
      write(cancelFrame(1), cancelFrame(2));
      last(octets);
      equal(await events.take(), 'message 1');
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
      equal(events.size, 0);
      transport.resume();
      equal(await events.take(), 'message 2');
      transport.resume();
      equal(await events.take(), report);
    });
  }

  it('hears what a pause has left in its socket when that is reset', async (t) => {
    const octets = await openOctets(t);
    const { events, socket, write, accepted, over } = octets;
    pauseAtEach(octets);
    write(cancelFrame(1));
    equal(await events.take(), 'message 1');
    write(cancelFrame(2), cancelFrame(3));
    while (accepted.readableLength === 0) await nextTurn();
    socket.resetAndDestroy();
    await over();
    deepEqual(events.takeAll(), ['message 2', 'message 3', 'close 1006']);
  });

  it('reports what it had read before the connection was cut, and then the end', async (t) => {
    const octets = await openOctets(t);
    const { transport, events, write, accepted, over } = octets;
    transport.open({
      onmessage: (message) => {
        transport.pause();
        events.push(`message ${'request' in message ? message.request : ''}`);
        accepted.destroy();
      },
      onviolation: () => undefined,
      onclose: (code) => {
        events.push(`close ${code}`);
      },
    });
    write(...[1, 2].map(cancelFrame));
    await over();
    deepEqual(events.takeAll(), ['message 1', 'message 2', 'close 1006']);
  });
});

describe('the end of a WebSocketTransport', () => {
  for (const [name, end] of [
    [
      'the client closes',
      ({ write }) => {
        write(CLOSE);
      },
    ],
    [
      'the router closes',
      ({ transport }) => {
        transport.close(CloseCode.normal, '');
      },
    ],
    [
      'the client breaks the protocol',
      ({ write }) => {
        write(clientFrame(3));
      },
    ],
    ['the client ends its side', ({ socket }) => socket.end()],
    ['the client cuts the connection', ({ socket }) => socket.resetAndDestroy()],
    [
      'both close at once',
      ({ write, transport }) => {
        write(CLOSE);
        transport.close(CloseCode.normal, '');
      },
    ],
  ] as [string, (octets: WebSocketOctets) => unknown][]) {
    it(`is reported once when ${name}`, async (t) => {
      const octets = await openOctets(t);
      end(octets);
      octets.write(CLOSE);
      octets.socket.end();
      await octets.over();
      equal(octets.events.takeAll().length, 1);
    });
  }
});
