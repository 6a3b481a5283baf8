import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toRequestId } from '../../../../src/router/protocol/id.js';
import { allSerializers } from '../../../../src/router/serializer/all-serializers.js';
import { jsonSerializer } from '../../../../src/router/serializer/json-serializer.js';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import { transportSuite } from '../../../compliance/transport.js';
import { CLIENT_CODECS } from '../../../support/client-codec.js';
import { MessageQueue } from '../../../support/message-queue.js';
import { openEntrance } from '../../../support/open-entrance.js';
import {
  JSON_REQUEST,
  listenRaw,
  openRaw,
  resultOf,
  toFrame,
} from '../../../support/rawsocket-pair.js';
import { createRouter } from '../../../support/test-router.js';

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
    const { socket, transport, receive, events } = await openRaw(t);
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
    const { write, read, send, events, transport, receive } = await openRaw(t);
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
    const { write, send, events } = await openRaw(t);
    write('02000002 aabb');
    send([49, 1, {}]);
    equal(await events.take(), 'message 1');
  });

  // RS-12: also what came before in the same read is still heard, and nothing behind.
  for (const prefix of ['10000000', '80000000', '03000000', '07000000', '08000001']) {
    it(`fails the connection at the prefix ${prefix}`, async (t) => {
      const { socket, stream, events } = await openRaw(t);
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
    const { socket, stream, events } = await openRaw(t, { messageBytes: 600 });
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
    const { transport, stream, receive, events, socket } = await openRaw(
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
    const { socket, stream, transport, events } = await openRaw(t, { messageBytes: 2 ** 24 });
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
    const { write, events } = await openRaw(t);
    write('00000000 00000001 7b');
    ok((await events.take()).startsWith('violation 1002 '));
    ok((await events.take()).startsWith('violation 1002 '));
  });

  // PV-16
  it('looks at nothing that comes behind a violation for which it was closed', async (t) => {
    const { socket, transport, stream } = await openRaw(t);
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
    const { send, events } = await openRaw(t, { serializers });
    send([49, 1, {}]);
    equal(await events.take(), 'violation 1002 an unreadable message');
  });
});
