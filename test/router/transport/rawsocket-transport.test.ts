import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { toRequestId } from '../../../src/router/protocol/id.js';
import type { RouterMessage } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { allSerializers } from '../../../src/router/serializer/all-serializers.js';
import { jsonFormat, jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { CloseCode } from '../../../src/router/transport/close-codes.js';
import type { RawSocketListenerOptions } from '../../../src/router/transport/rawsocket-listener.js';
import type { Transport } from '../../../src/router/transport/transport.js';
import { transportSuite } from '../../compliance/transport.js';
import { CLIENT_CODECS } from '../../support/client-codec.js';
import { MessageQueue } from '../../support/message-queue.js';
import { openEntrance } from '../../support/open-entrance.js';
import {
  JSON_REQUEST,
  listenRaw,
  toFrame,
  type Medium,
  type RawSocketClient,
} from '../../support/rawsocket-pair.js';
import { createRouter } from '../../support/test-router.js';

interface Connected extends RawSocketClient {
  readonly transport: Transport;
  /** `message REQUEST`, `violation CODE MESSAGE` and `close CODE`, in order. */
  readonly events: MessageQueue<string>;
}

async function connect(
  t: TestContext,
  options: Partial<RawSocketListenerOptions> = {},
  { medium, request }: { readonly medium?: Medium; readonly request?: string } = {},
): Promise<Connected> {
  const { connect, transports } = await listenRaw(t, options, medium);
  const client = await connect();
  await client.shake(request);
  const transport = await transports.take();
  const events = new MessageQueue<string>();
  transport.open({
    onmessage: (message) => {
      events.push(`message ${'request' in message ? message.request : ''}`);
    },
    onviolation: ({ message }, code) => {
      events.push(`violation ${code} ${message}`);
    },
    onclose: (code) => {
      events.push(`close ${code}`);
    },
  });
  return { ...client, transport, events };
}

/** A RESULT of exactly `length` bytes. */
const resultOf = (length: number): RouterMessage => ({
  type: 50,
  request: toRequestId(1),
  details: {},
  payload: Payload.of(jsonFormat, ['x'.repeat(length - '[50,1,{},[""]]'.length)]),
});

for (const medium of ['TCP', 'a Unix socket', 'TLS'] as const) {
  describe(`RawSocketTransport over ${medium}`, () => {
    transportSuite(
      async (t) => {
        const { connect, transports } = await listenRaw(t, {}, medium);
        const { shake, send, receive, socket, stream } = await connect();
        await shake();
        return {
          transport: await transports.take(),
          send,
          receive,
          close: () => socket.end(),
          closed: stream.rest.then(() => undefined),
        };
      },
      { tellsWhy: false },
    );
  });
}

for (const codec of CLIENT_CODECS.filter(({ rawSocketNumber }) => rawSocketNumber !== undefined)) {
  describe(`RawSocketTransport with ${codec.subprotocol}`, () => {
    // RS-1, RS-10
    it('opens a session and carries its messages', async (t) => {
      const router = createRouter(t);
      const { connect } = await listenRaw(t, {
        serializers: allSerializers(),
        onconnection: (transport) => {
          router.attach(transport, openEntrance());
        },
      });
      const { shake, send, receive } = await connect(codec);
      equal(await shake(), `7f7${codec.rawSocketNumber ?? 0}0000`);
      send([1, 'realm1', { roles: { subscriber: {} } }]);
      equal((await receive())[0], 2);
      send([34, 1, 7]);
      deepEqual(await receive(), [8, 34, 1, {}, 'wamp.error.no_such_subscription']);
    });
  });
}

describe('RawSocketTransport', () => {
  // RS-14
  it('takes the handshake and messages octet by octet', async (t) => {
    const { connect, transports } = await listenRaw(t);
    const { socket, read } = await connect();
    socket.setNoDelay(true);
    const requests = new MessageQueue<number>();
    const writeSlowly = async (bytes: Buffer): Promise<void> => {
      for (const octet of bytes) {
        await new Promise((resolve) => socket.write(Buffer.from([octet]), resolve));
      }
    };
    await writeSlowly(Buffer.from(JSON_REQUEST, 'hex'));
    equal(await read(4), '7f710000');
    (await transports.take()).open({
      onmessage: ({ type }) => {
        requests.push(type);
      },
      onviolation: () => undefined,
      onclose: () => undefined,
    });
    await writeSlowly(toFrame([49, 1, {}]));
    equal(await requests.take(), 49);
  });

  // RS-14
  it('takes messages that came right behind the handshake', async (t) => {
    const requests = new MessageQueue<number>();
    const { connect } = await listenRaw(t, {
      onconnection: (transport) => {
        transport.open({
          onmessage: (message) => {
            if ('request' in message) requests.push(message.request);
          },
          onviolation: () => undefined,
          onclose: () => undefined,
        });
      },
    });
    const { socket } = await connect();
    const request = Buffer.from(JSON_REQUEST, 'hex');
    const [first, second] = [toFrame([49, 1, {}]), toFrame([49, 2, {}])];
    socket.write(Buffer.concat([request, first, second.subarray(0, 7)]));
    equal(await requests.take(), 1);
    socket.write(second.subarray(7));
    equal(await requests.take(), 2);
  });

  it('keeps messages of one read back while it is paused', async (t) => {
    const { socket, transport, receive, events } = await connect(t);
    const requests: number[] = [];
    transport.open({
      onmessage: (message) => {
        if ('request' in message) requests.push(message.request);
        transport.pause();
        transport.send({ type: 35, request: toRequestId(1) });
      },
      onviolation: () => undefined,
      onclose: (code) => {
        events.push(`close ${code}`);
      },
    });
    socket.write(Buffer.concat([1, 2, 3].map((request) => toFrame([49, request, {}]))));
    socket.end();
    for (const count of [1, 2, 3]) {
      deepEqual(await receive(), [35, 1]);
      equal(requests.length, count);
      transport.resume();
    }
    equal(await events.take(), 'close 1000');
    deepEqual(requests, [1, 2, 3]);
  });

  // RS-11
  it('answers each PING with one PONG and the same payload, in order', async (t) => {
    const { write, read, send, events, transport, receive } = await connect(t);
    write('01000003 aabbcc 01000000');
    equal(await read(11), '02000003aabbcc02000000');
    send([49, 1, {}]);
    equal(await events.take(), 'message 1');
    // Nothing came before it: it was one PONG for each.
    transport.send({ type: 35, request: toRequestId(1) });
    deepEqual(await receive(), [35, 1]);
  });

  // RS-15
  it('ignores a PONG that nobody asked for', async (t) => {
    const { write, send, events } = await connect(t);
    write('02000002 aabb');
    send([49, 1, {}]);
    equal(await events.take(), 'message 1');
  });

  // RS-12: also what came before in the same read is still heard, and nothing behind.
  for (const prefix of ['10000000', '80000000', '03000000', '07000000', '08000001']) {
    it(`fails the connection at the prefix ${prefix}`, async (t) => {
      const { socket, stream, events } = await connect(t);
      const bytes = [toFrame([49, 1, {}]), Buffer.from(prefix, 'hex'), toFrame([49, 2, {}])];
      socket.write(Buffer.concat(bytes));
      equal(await events.take(), 'message 1');
      equal(await events.take(), 'close 1002');
      equal((await stream.rest).length, 0);
      equal(events.size, 0);
    });
  }

  // RS-9
  it('takes a message of the announced limit, and fails the connection at one octet more', async (t) => {
    const { socket, stream, events } = await connect(t, { messageBytes: 600 });
    const frameOf = (length: number): Buffer => {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32BE(length);
      return Buffer.concat([prefix, Buffer.from('[49,1,{}]'.padEnd(length))]);
    };
    socket.write(frameOf(512));
    equal(await events.take(), 'message 1');
    socket.write(frameOf(513));
    equal(await events.take(), 'close 1009');
    equal((await stream.rest).length, 0);
  });

  // RS-8, WS-15
  it('sends nothing that is longer than the peer takes, says so, and lives on', async (t) => {
    const warnings = new MessageQueue<unknown>();
    const { transport, stream, receive, events, socket } = await connect(
      t,
      {
        logger: {
          warn: (fields, message) => {
            warnings.push([fields, message]);
          },
        },
      },
      { request: '7f010000' },
    );
    equal(transport.send(resultOf(513)), false);
    equal(transport.send(resultOf(512)), true);
    equal((await stream.take(516)).readUInt32BE(), 512);
    equal(transport.send(resultOf(514)), false);
    equal(transport.send({ type: 35, request: toRequestId(1) }), true);
    deepEqual(await receive(), [35, 1]);
    equal(warnings.size, 0);
    socket.end();
    equal(await events.take(), 'close 1000');
    deepEqual(await warnings.take(), [
      { listener: 'raw', peer: '127.0.0.1', messages: 2 },
      'messages were longer than their receiver takes, and not sent',
    ]);
  });

  // RS-13
  it('carries a message of exactly 2^24 octets both ways', async (t) => {
    const { socket, stream, transport, events } = await connect(t, { messageBytes: 2 ** 24 });
    socket.write(Buffer.from('08000000', 'hex'));
    socket.write(Buffer.from('[49,1,{}]'.padEnd(2 ** 24)));
    equal(await events.take(), 'message 1');
    equal(transport.send(resultOf(2 ** 24 + 1)), false);
    equal(transport.send(resultOf(2 ** 24)), true);
    equal((await stream.take(4)).toString('hex'), '08000000');
    const bytes = await stream.take(2 ** 24);
    equal(bytes.subarray(0, 14).toString(), '[50,1,{},["xxx');
    equal(bytes.subarray(-4).toString(), 'xx"]]'.slice(1));
  });

  // SER-15
  it('reports what is no message as a violation with 1002', async (t) => {
    const { write, events } = await connect(t);
    write('00000000 00000001 7b');
    ok((await events.take()).startsWith('violation 1002 '));
    ok((await events.take()).startsWith('violation 1002 '));
  });

  // PV-16
  it('looks at nothing that comes behind a violation for which it was closed', async (t) => {
    const { socket, transport, stream } = await connect(t);
    const messages: number[] = [];
    transport.open({
      onmessage: ({ type }) => {
        messages.push(type);
      },
      onviolation: () => {
        transport.send({ type: 3, details: {}, reason: 'a.b' });
        transport.close(CloseCode.protocolError, '');
      },
      onclose: () => undefined,
    });
    socket.write(Buffer.concat([toFrame(['HELLO']), toFrame([49, 1, {}])]));
    deepEqual(await stream.rest, toFrame([3, {}, 'a.b']));
    deepEqual(messages, []);
  });

  it('reports a defect of the serializer as a violation without its words', async (t) => {
    const decode = (): never => {
      throw new RangeError('secret');
    };
    const serializers = [{ ...jsonSerializer(), decode }];
    const { send, events } = await connect(t, { serializers });
    send([49, 1, {}]);
    equal(await events.take(), 'violation 1002 an unreadable message');
  });

  // WS-12
  it('reports 1006 when the peer ends in the middle of a frame, or resets', async (t) => {
    const first = await connect(t);
    first.write('000000');
    first.socket.end();
    equal(await first.events.take(), 'close 1006');
    const second = await connect(t);
    second.socket.resetAndDestroy();
    equal(await second.events.take(), 'close 1006');
  });

  for (const medium of ['TCP', 'a Unix socket', 'TLS'] as const) {
    it(`sends what is queued after the peer has ended its side of ${medium}`, async (t) => {
      const { socket, transport, events, stream } = await connect(t, {}, { medium });
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
    const { transport, stream, events } = await connect(t, { queueBytes: 10_000 });
    transport.send(resultOf(9000));
    transport.send(resultOf(9000));
    equal(await events.take(), 'close 4409');
    // The first was not written yet either.
    equal((await stream.rest).length, 0);
  });

  it('sends one message that is longer than the queue’s limit to a peer that has taken all', async (t) => {
    const { transport, stream } = await connect(t, { queueBytes: 100 });
    transport.send(resultOf(5000));
    equal((await stream.take(5004)).length, 5004);
  });

  it('cuts a peer that does not end its side within 2 s', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { transport, socket, stream, events } = await connect(t);
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
    const { write, read, send, events } = await connect(t, { pingMs: 5000, pongMs: 2000 });
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
    const { read, receive, events } = await connect(t, { pingMs: 5000, pongMs: 2000 });
    t.mock.timers.tick(5000);
    equal(await read(4), '01000000');
    t.mock.timers.tick(1000);
    equal(events.size, 0);
    t.mock.timers.tick(1000);
    equal(await events.take(), 'close 4411');
    await rejects(receive());
  });

  it('pings nobody when the time between pings is infinite', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const { transport, receive } = await connect(t, { pingMs: Infinity });
    t.mock.timers.tick(1_000_000);
    transport.send({ type: 35, request: toRequestId(1) });
    deepEqual(await receive(), [35, 1]);
  });

  it('forgets a connection that has ended', async (t) => {
    const { socket, events } = await connect(t);
    socket.end();
    await once(socket, 'close');
    equal(await events.take(), 'close 1000');
  });
});
