import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { Peer } from '../peer.js';
import { Transcript } from '../transcript.js';
import { parseAddress, serializersOf } from './address.js';
import { openConnection } from './connection.js';
import { frame, framePrefix, handshake, readPrefix } from './rawsocket-frame.js';
import { SerializerRefused } from './serializer-refused.js';
import { formatOf, SERIALIZERS } from './wire-format.js';

const MESSAGES = [
  [1, 'realm1', { roles: {} }],
  [16, 1, {}, 'a.b', ['x\u001ey']],
];

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function connect(url: string, name: 'json' | 'json.batched' = 'json'): Promise<Peer> {
  const format = formatOf(name);
  const options = { format, headers: {}, timeoutMs: 2000 };
  const connection = await openConnection(parseAddress(url), options);
  const transcript = new Transcript();
  return new Peer({ name: 'peer', connection, format, transcript, timeoutMs: 2000 });
}

describe('parseAddress', () => {
  const known: readonly (readonly [string, unknown])[] = [
    ['ws://h:1/ws', { transport: 'websocket', url: 'ws://h:1/ws' }],
    ['wss://h/', { transport: 'websocket', url: 'wss://h/' }],
    [
      'tcp://127.0.0.1:80',
      { transport: 'rawsocket', isSecure: false, socket: { host: '127.0.0.1', port: 80 } },
    ],
    [
      'rs+tls://[::1]:7',
      { transport: 'rawsocket', isSecure: true, socket: { host: '::1', port: 7 } },
    ],
    ['unix:/tmp/a%20b', { transport: 'rawsocket', isSecure: false, socket: { path: '/tmp/a b' } }],
    ['rs+unix:///tmp/a', { transport: 'rawsocket', isSecure: false, socket: { path: '/tmp/a' } }],
    ['http://h:1/lp/', { transport: 'longpoll', url: 'http://h:1/lp' }],
    ['https+longpoll://h/lp', { transport: 'longpoll', url: 'https://h/lp' }],
  ];
  for (const [url, address] of known)
    it(`reads ${url}`, () => {
      deepEqual(parseAddress(url), address);
    });

  it('throws for other forms', () => {
    throws(() => parseAddress('ftp://h/'), TypeError);
    throws(() => parseAddress('127.0.0.1:80'), TypeError);
  });

  it('knows no batches for RawSocket', () => {
    deepEqual(serializersOf('rawsocket'), ['json', 'msgpack', 'cbor']);
    deepEqual(serializersOf('longpoll'), SERIALIZERS);
  });
});

describe('a wire format', () => {
  for (const name of SERIALIZERS)
    it(`${name} takes apart what it puts together`, () => {
      const { encode, decode, frame: wrap, split, isBatched } = formatOf(name);
      const sent = isBatched ? MESSAGES : MESSAGES.slice(0, 1);
      const bytes = Buffer.concat(sent.map((message) => wrap(encode(message))));
      deepEqual(
        split(bytes).map((part) => decode(part)),
        sent,
      );
    });

  it('ends messages of JSON with 1e and begins others with their length', () => {
    equal(formatOf('json.batched').frame(Buffer.from('[1]')).toString('hex'), '5b315d1e');
    equal(formatOf('cbor.batched').frame(Buffer.of(0x80)).toString('hex'), '0000000180');
  });

  for (const [name, hex] of [
    ['json.batched', ''],
    ['json.batched', '5b5d'],
    ['json.batched', '5b5d1e5b5d'],
    ['cbor.batched', ''],
    ['cbor.batched', '0000'],
    ['msgpack.batched', '0000000290'],
  ] as const)
    it(`${name} refuses the batch ${hex || 'of nothing'}`, () => {
      throws(() => formatOf(name).split(Buffer.from(hex, 'hex')), RangeError);
    });
});

describe('a RawSocket frame', () => {
  it('has its kind and its length in the prefix', () => {
    equal(frame(1, Buffer.from('ab')).toString('hex'), '010000026162');
    equal(framePrefix(0, 2 ** 24 - 1).toString('hex'), '00ffffff');
    deepEqual(readPrefix(Buffer.from('02000003', 'hex')), { kind: 2, length: 3 });
  });

  it('has the X bit for 2^24 octets', () => {
    equal(framePrefix(0, 2 ** 24).toString('hex'), '08000000');
    deepEqual(readPrefix(Buffer.from('08000000', 'hex')), { kind: 0, length: 2 ** 24 });
  });

  it('follows a handshake', () => {
    equal(handshake('cbor', 0).toString('hex'), '7f030000');
    equal(handshake('json').toString('hex'), '7ff10000');
  });
});

describe('a RawSocket connection', () => {
  it('answers PING, and gives messages and the end of the connection', async (t) => {
    const received: string[] = [];
    const server = createServer((socket) => {
      const message = frame(0, Buffer.from('[33,1,7]'));
      socket.once('data', () => {
        socket.write(Buffer.from('7f710000', 'hex'));
        socket.write(Buffer.concat([frame(1, Buffer.from('?')), message.subarray(0, 6)]));
        socket.once('data', (bytes: Buffer) => {
          received.push(bytes.toString('hex'));
          socket.end(Buffer.concat([message.subarray(6), frame(0, Buffer.from('[33,2,8]'))]));
        });
      });
    });
    t.after(() => server.close());
    const peer = await connect(`tcp://127.0.0.1:${await listen(server)}`);
    deepEqual(await peer.receive(), [33, 1, 7]);
    deepEqual(await peer.receive(), [33, 2, 8]);
    deepEqual(received, [frame(2, Buffer.from('?')).toString('hex')]);
    peer.cut();
    equal(await peer.closed(), 1006);
  });

  it('tells that a serializer is refused', async (t) => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from('7f100000', 'hex')));
    });
    t.after(() => server.close());
    const port = await listen(server);
    await rejects(connect(`rs+tcp://127.0.0.1:${port}`), SerializerRefused);
    await rejects(connect(`rs+tcp://127.0.0.1:${port}`, 'json.batched'), SerializerRefused);
  });
});

describe('a long-poll connection', () => {
  it('sends in order, asks for messages until the transport is gone', async (t) => {
    const bodies: string[] = [];
    const answers = ['[33,1,7]\u001e[33,2,8]\u001e', ''];
    const server = createHttpServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(`${String(request.url)} ${body}`);
        if (request.url === '/lp/open')
          response.end('{"protocol":"wamp.2.json.batched","transport":"T"}');
        else if (request.url === '/lp/T/send') response.writeHead(202).end();
        else {
          const answer = answers.shift();
          response.writeHead(answer === undefined ? 404 : 200).end(answer);
        }
      });
    });
    t.after(() => server.close());
    const peer = await connect(`http://127.0.0.1:${await listen(server)}/lp`, 'json.batched');
    peer.sendTogether([[1], [2]]);
    deepEqual(await peer.receive(), [33, 1, 7]);
    deepEqual(await peer.receive(), [33, 2, 8]);
    equal(await peer.closed(), 1006);
    deepEqual(bodies.slice(0, 1), ['/lp/open {"protocols":["wamp.2.json.batched"]}']);
  });

  it('tells that a protocol is refused', async (t) => {
    const server = createHttpServer((_request, response) => response.writeHead(400).end());
    t.after(() => server.close());
    const port = await listen(server);
    await rejects(connect(`http+longpoll://127.0.0.1:${port}/`), SerializerRefused);
  });
});
