import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { callMessageOf, packetOf, SocketIoPeer } from '../../bench/contenders/socket-io-peer.js';

describe('packetOf', () => {
  const cases: readonly [string, string][] = [
    ['[16,7,{},"a.b",[{"x":1}]]', '42["publish","a.b",[{"x":1}]]'],
    ['[48,7,{},"a.b",[{"x":1}]]', '427["call","a.b",[{"x":1}]]'],
    ['[70,12,{},[{"x":1}]]', '4312[[{"x":1}]]'],
  ];
  for (const [message, packet] of cases) {
    it(`makes ${packet} of ${message}`, () => {
      assert.equal(packetOf(message), packet);
    });
  }

  it('refuses what has no packet', () => {
    assert.throws(() => packetOf('[32,1,{},"a.b"]'), /no packet stands for/);
  });
});

describe('callMessageOf', () => {
  const cases: readonly [string, string | undefined][] = [
    ['427["invocation",[{"x":1}]]', '[68,7,1,{},[{"x":1}]]'],
    ['4312[[{"x":1}]]', '[50,12,{},[{"x":1}]]'],
    ['427["other",[{"x":1}]]', undefined],
    ['44{"message":"no"}', undefined],
    ['41', undefined],
  ];
  for (const [packet, message] of cases) {
    it(`makes ${String(message)} of ${packet}`, () => {
      const buffer = Buffer.from(`..${packet}`);
      assert.equal(callMessageOf(buffer, 2, buffer.length)?.toString(), message);
    });
  }
});

/** A server that speaks by script; answers the client's side and the server's. */
async function connect(t: TestContext) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const packets: string[] = [];
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.send('0{"sid":"x","pingInterval":25000}');
    socket.on('message', (data) => {
      assert.ok(Buffer.isBuffer(data));
      const packet = data.toString();
      packets.push(packet);
      if (packet === '40') socket.send('40{"sid":"y"}');
      else if (packet.includes('subscribe')) socket.send(`43${packet.slice(2, 3)}[]`);
    });
  });
  const peer = await SocketIoPeer.connect({ host: '127.0.0.1', port: address.port, path: '/' });
  t.after(() => {
    peer.close();
  });
  const [socket] = sockets;
  assert.ok(socket);
  return { peer, socket, packets };
}

describe('SocketIoPeer', () => {
  it('joins the namespace, subscribes and hears events as EVENTs', async (t) => {
    const { peer, socket, packets } = await connect(t);
    assert.equal(await peer.subscribe('a.b'), 1);
    const heard = new Promise((resolve) => {
      peer.onmessage = (buffer, start, end) => {
        resolve(buffer.toString('utf8', start, end));
      };
    });
    socket.send('42["event",[{"x":1}]]');
    assert.equal(await heard, '[36,1,1,{},[{"x":1}]]');
    assert.deepEqual(packets, ['40', '421["subscribe","a.b"]']);
  });

  it('answers a ping', async (t) => {
    const { socket } = await connect(t);
    const answer = once(socket, 'message');
    socket.send('2');
    assert.equal(String((await answer)[0]), '3');
  });

  it('fails at a packet that it does not know', async (t) => {
    const { peer, socket } = await connect(t);
    const failed = new Promise((resolve) => {
      peer.onclose = resolve;
    });
    socket.send('44{"message":"no"}');
    assert.deepEqual(await failed, new Error('the server sent 44{"message":"no"}'));
  });
});
