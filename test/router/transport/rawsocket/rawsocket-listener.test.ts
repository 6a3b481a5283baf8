import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import { MessageQueue } from '../../../support/message-queue.js';
import { JSON_REQUEST, listenRaw } from '../../../support/rawsocket-pair.js';

describe('RawSocketListener', () => {
  // RS-1
  for (const [messageBytes, reply] of [
    [undefined, '7f710000'],
    [100, '7f010000'],
    [1024 * 1024, '7fb10000'],
    [2 ** 30, '7ff10000'],
  ] as const) {
    it(`announces ${reply} where messages of ${messageBytes ?? 'the default'} bytes are taken`, async (t) => {
      const { connect } = await listenRaw(t, { ...(messageBytes && { messageBytes }) });
      const { shake } = await connect();
      equal(await shake(), reply);
    });
  }

  // RS-4, RS-5, RS-7
  for (const [request, reply, reason] of [
    ['7ff20000', '7f100000', 'unsupported serializer'],
    ['7ff40000', '7f100000', 'unsupported serializer'],
    ['7fff0000', '7f100000', 'unsupported serializer'],
    ['7ff10001', '7f300000', 'reserved bits are set'],
  ] as const) {
    it(`answers ${request} with ${reply} and ends the connection`, async (t) => {
      const warnings: unknown[] = [];
      const { connect, transports } = await listenRaw(t, {
        logger: { warn: (fields) => warnings.push(fields) },
      });
      const { write, stream } = await connect();
      write(request);
      equal((await stream.rest).toString('hex'), reply);
      equal(transports.size, 0);
      deepEqual(warnings, [{ listener: 'raw', peer: '127.0.0.1', reason }]);
    });
  }

  // RS-2, RS-3
  for (const [request, what] of [
    ['47', 'a first octet that is not 7f'],
    ['474554202f20485454502f312e310d0a0d0a', 'HTTP'],
    ['7f00', 'serializer 0'],
    ['7ff00000', 'serializer 0 and a length'],
  ] as const) {
    it(`ends the connection without a reply at ${what}`, async (t) => {
      const { connect, transports } = await listenRaw(t);
      const { write, stream } = await connect();
      write(request);
      equal((await stream.rest).length, 0);
      equal(transports.size, 0);
    });
  }

  // RS-6
  it('answers with 7f400000 when the address is not admitted', async (t) => {
    const asked: string[] = [];
    const { connect, transports } = await listenRaw(t, {
      admits: (address) => asked.push(address) === 0,
    });
    const { write, stream } = await connect();
    write(JSON_REQUEST);
    equal((await stream.rest).toString('hex'), '7f400000');
    equal(transports.size, 0);
    deepEqual(asked, ['127.0.0.1']);
  });

  for (const [options, delayMs] of [
    [{}, 25_000],
    [{ tcpKeepAliveMs: 60_000 }, 60_000],
  ] as const) {
    it(`has TCP ask after ${delayMs} ms of silence whether the peer is still there`, async (t) => {
      const { server, connect } = await listenRaw(t, options);
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      // Before the listener sees it.
      const asked: unknown[] = [];
      server.prependOnceListener('connection', (socket) => {
        t.mock.method(socket, 'setKeepAlive', (...words: unknown[]) => asked.push(words));
      });
      await connect();
      await accepted;
      deepEqual(asked, [[true, delayMs]]);
    });
  }

  it('leaves room for others when one address opens more than it may and says nothing', async (t) => {
    const warnings: unknown[] = [];
    const { connect } = await listenRaw(t, {
      handshakesPerAddress: 2,
      logger: { warn: (fields) => warnings.push(fields) },
    });
    const [first, second] = [await connect(), await connect()];
    const third = await connect();
    equal((await third.stream.rest).length, 0);
    const reason = 'too many handshakes at a time';
    deepEqual(warnings, [{ listener: 'raw', peer: '127.0.0.1', reason }]);
    // Whoever has done with its handshake makes room for another.
    equal(await first.shake(), '7f710000');
    equal(await (await connect()).shake(), '7f710000');
    equal(await second.shake(), '7f710000');
  });

  it('has so many connections in their handshake at a time, whatever their addresses', async (t) => {
    const { connect } = await listenRaw(t, { handshakes: 1, handshakesPerAddress: Infinity });
    const first = await connect();
    const second = await connect();
    equal((await second.stream.rest).length, 0);
    equal(await first.shake(), '7f710000');
    equal(await (await connect()).shake(), '7f710000');
  });

  it('tells where a connection came from', async (t) => {
    const { connect, transports } = await listenRaw(t, { name: 'backends' });
    await (await connect()).shake();
    deepEqual((await transports.take()).details, {
      type: 'rawsocket',
      listener: 'backends',
      peer: '127.0.0.1',
      protocol: 'wamp.2.json',
      tls: undefined,
      headers: new Map(),
      url: '',
    });
  });

  it('says of a Unix socket’s peer that it is local, or what it was told', async (t) => {
    const { connect, transports } = await listenRaw(t, {}, 'a Unix socket');
    await (await connect()).shake();
    equal((await transports.take()).details.peer, 'local');
    const asked: string[] = [];
    const told = await listenRaw(
      t,
      {
        details: { peer: 'backend', url: 'unix:/run/wamp' },
        admits: (address) => asked.push(address) > 0,
      },
      'a Unix socket',
    );
    await (await told.connect()).shake();
    const { details } = await told.transports.take();
    deepEqual(
      [details.peer, details.url, details.type],
      ['backend', 'unix:/run/wamp', 'rawsocket'],
    );
    deepEqual(asked, ['backend']);
  });

  it('ends a connection whose handshake takes too long', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const warnings = new MessageQueue<object>();
    const { connect, server } = await listenRaw(t, {
      handshakeMs: 3000,
      logger: {
        warn: (fields) => {
          warnings.push(fields);
        },
      },
    });
    const accepted = once(server, 'connection');
    const { write, stream } = await connect();
    write('7ff1');
    await accepted;
    t.mock.timers.tick(2999);
    equal(warnings.size, 0);
    t.mock.timers.tick(1);
    const reason = 'the handshake took too long';
    deepEqual(await warnings.take(), { listener: 'raw', peer: '127.0.0.1', reason });
    equal((await stream.rest).length, 0);
  });

  it('ends a connection whose peer ends before its request is whole', async (t) => {
    const { connect, transports } = await listenRaw(t);
    const { socket, stream } = await connect();
    socket.end(Buffer.from('7ff1', 'hex'));
    equal((await stream.rest).length, 0);
    await once(socket, 'close');
    equal(transports.size, 0);
  });

  it('survives a peer that resets in its handshake', async (t) => {
    const { connect, server, transports } = await listenRaw(t);
    const accepted = once(server, 'connection');
    const { socket } = await connect();
    const [peer] = (await accepted) as [NodeJS.EventEmitter];
    const closed = new Promise((resolve) => peer.once('close', resolve));
    socket.resetAndDestroy();
    await closed;
    await (await connect()).shake();
    equal(transports.size, 1);
  });

  it('takes no more connections after close, ends handshakes and leaves those that are open', async (t) => {
    const { listener, connect, transports } = await listenRaw(t);
    const open = await connect();
    await open.shake();
    const begun = await connect();
    begun.write('7f');
    // Its reply shows that the octet before it was read.
    await (await connect()).shake();
    listener.close();
    equal((await begun.stream.rest).length, 0);
    const late = await connect();
    late.write(JSON_REQUEST);
    const transport = await transports.take();
    transport.send({ type: 6, details: {}, reason: 'a.b' });
    deepEqual(await open.receive(), [6, {}, 'a.b']);
    transport.close(CloseCode.normal, '');
    await rejects(open.receive());
    late.socket.destroy();
    await rejects(late.read(1));
  });
});
