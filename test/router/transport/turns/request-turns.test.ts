import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { WebSocketListener } from '../../../../src/router/transport/websocket/websocket-listener.js';
import { clientFrame } from '../../../support/client-frame.js';
import { MessageQueue } from '../../../support/message-queue.js';
import { recordEvents } from '../../../support/record-events.js';
import { TLS_CERT, TLS_KEY } from '../../../support/tls-pair.js';
import { upgradeRequest } from '../../../support/upgrade-request.js';
import { listen } from '../../../support/websocket-pair.js';

const CLIENTS = 200;
/** What one turn may bring. */
const SHARE = 32;
const GET = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const HELLO = clientFrame(1, '[1,"realm1",{"roles":{"caller":{}}}]');

interface Crowd {
  readonly listener: WebSocketListener;
  readonly clients: readonly Client[];
  /** What the transports told, of all connections. */
  readonly events: MessageQueue<string>;
  /** How many requests and upgrades the server has told of in each turn that brought any. */
  readonly perTurn: () => readonly number[];
}

/** Reads what the server sends as text. */
class Client {
  readonly socket: Socket;
  #text = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
  }

  /** Waits until `times` answers have begun with this status. */
  async answered(status: number, times = 1): Promise<void> {
    while (this.#text.split(`HTTP/1.1 ${status} `).length <= times) {
      if (this.socket.closed) throw new Error(`closed after ${this.#text}`);
      await nextTurn();
    }
  }
}

/** A server with so many connections on which nothing was said yet. */
async function crowd(t: TestContext, medium: 'TCP' | 'TLS' = 'TCP'): Promise<Crowd> {
  const server =
    medium === 'TCP' ? createServer() : createTlsServer({ cert: TLS_CERT, key: TLS_KEY });
  server.on('request', (_request, response) => {
    response.writeHead(404, { 'content-length': 0 }).end();
  });
  let accepted = 0;
  server.on(medium === 'TCP' ? 'connection' : 'secureConnection', () => (accepted += 1));
  const perTurn = countPerTurn(t, server);
  const events = new MessageQueue<string>();
  const { listener, url } = await listen(
    t,
    {
      limitsAddresses: false,
      onconnection: (transport) => {
        recordEvents(transport, events);
      },
    },
    server,
  );
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: CLIENTS }, () =>
    medium === 'TCP'
      ? connect({ port, host: '127.0.0.1' })
      : connectTls({ port, host: '127.0.0.1', ca: TLS_CERT }),
  );
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (accepted < CLIENTS) await nextTurn();
  return { listener, clients: sockets.map((socket) => new Client(socket)), events, perTurn };
}

function countPerTurn(t: TestContext, server: Server): () => readonly number[] {
  const counts: number[] = [];
  let count = 0;
  const one = (): void => {
    count += 1;
  };
  server.on('request', one);
  server.on('upgrade', one);
  let isOver = false;
  t.after(() => (isOver = true));
  const endTurn = (): void => {
    if (count > 0) counts.push(count);
    count = 0;
    if (!isOver) setImmediate(endTurn);
  };
  setImmediate(endTurn);
  return () => counts.splice(0);
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + each, 0);

function wasShared(perTurn: readonly number[], expected: number): void {
  equal(sum(perTurn), expected);
  ok(Math.max(...perTurn) <= SHARE, `in one turn: ${perTurn.join(' ')}`);
}

describe('What comes from many connections at once', () => {
  for (const medium of ['TCP', 'TLS'] as const) {
    it(`as upgrades over ${medium} is read a few in each turn, and all are answered`, async (t) => {
      const { clients, events, perTurn } = await crowd(t, medium);
      for (const { socket } of clients) socket.write(upgradeRequest());
      for (const client of clients) await client.answered(101);
      wasShared(perTurn(), CLIENTS);
      for (const { socket } of clients) socket.write(HELLO);
      for (let client = 0; client < CLIENTS; client += 1) equal(await events.take(), 'message ');
    });
  }

  it('as requests is read a few in each turn, on connections that are kept too', async (t) => {
    const { clients, perTurn } = await crowd(t);
    for (const round of [1, 2, 3]) {
      for (const { socket } of clients) socket.write(GET);
      for (const client of clients) await client.answered(404, round);
      wasShared(perTurn(), CLIENTS);
    }
  });

  it('is answered when its connection waits with many requests, of which the last is an upgrade', async (t) => {
    const { clients, events } = await crowd(t);
    for (const { socket } of clients) socket.write(GET.repeat(SHARE + 8) + upgradeRequest());
    for (const client of clients) {
      await client.answered(404, SHARE + 8);
      await client.answered(101);
    }
    for (const { socket } of clients) socket.write(HELLO);
    for (let client = 0; client < CLIENTS; client += 1) equal(await events.take(), 'message ');
  });

  it('is given up with those who leave before their turn', async (t) => {
    const { clients } = await crowd(t);
    for (const { socket } of clients) socket.write(GET);
    const [last] = clients.slice(-1);
    last?.socket.destroy();
    for (const client of clients.slice(0, -1)) await client.answered(404);
  });

  it('is all read by the server itself when the listener is closed', async (t) => {
    const { listener, clients, perTurn } = await crowd(t);
    const [first] = clients;
    for (const { socket } of clients) socket.write(GET);
    await first?.answered(404);
    listener.close();
    for (const client of clients) await client.answered(404);
    equal(sum(perTurn()), CLIENTS);
  });
});

it('A closed listener leaves nothing on the server and its connections', async (t) => {
  const server = createServer();
  const names = ['request', 'connection', 'upgrade'];
  const before = names.map((name) => server.listenerCount(name));
  const { listener, url } = await listen(t, {}, server);
  const connected = once(server, 'connection');
  const client = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  t.after(() => client.destroy());
  const [socket] = (await connected) as [Socket];
  const ofSocket = socket.listenerCount('close');
  listener.close();
  deepEqual(
    names.map((name) => server.listenerCount(name)),
    before,
  );
  equal(socket.listenerCount('close'), ofSocket - 1);
});
