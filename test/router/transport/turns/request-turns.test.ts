import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
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
/** What one turn may bring, and as much again from those that have waited for it. */
const SHARE = 32;
const GET = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
/** More than a socket takes at once. */
const LONG = Buffer.alloc(10_000_000);
/** Who waits for more turns is held up. */
const PATIENCE = 100;
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
  ok(Math.max(...perTurn) <= 2 * SHARE, `in one turn: ${perTurn.join(' ')}`);
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

interface Answering {
  readonly server: Server;
  readonly open: () => Promise<Client>;
}

/** A server that answers every GET. */
async function answering(t: TestContext): Promise<Answering> {
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.writeHead(204).end();
    else if (request.method === 'REPORT') response.end(LONG);
  });
  const { url } = await listen(t, {}, server);
  const port = Number(new URL(url).port);
  const open = async (): Promise<Client> => {
    const accepted = once(server, 'connection');
    const socket = connect({ port, host: '127.0.0.1' });
    t.after(() => socket.destroy());
    await accepted;
    return new Client(socket);
  };
  return { server, open };
}

async function pausing(socket: Socket): Promise<void> {
  while (!socket.isPaused()) await nextTurn();
}

/** Has a client ask, and waits for the answer while others do more in each turn. */
async function wasAnswered({ socket }: Client, others: () => void): Promise<void> {
  const answers: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answers.push(chunk));
  socket.write(GET);
  for (let turns = 0; answers.length === 0; turns += 1) {
    ok(turns < PATIENCE, `not in ${turns} turns`);
    others();
    await nextTurn();
  }
}

describe('Whoever brings more than the share of a turn', () => {
  it('holds up nobody else, however long it goes on', async (t) => {
    const { open } = await answering(t);
    const { socket } = await open();
    await wasAnswered(await open(), () => {
      socket.write(GET.repeat(2 * SHARE));
    });
  });

  it('holds up nobody else when it is always a new one', async (t) => {
    const { server, open } = await answering(t);
    const { port } = server.address() as AddressInfo;
    const comers: Socket[] = [];
    t.after(() => {
      for (const socket of comers) socket.destroy();
    });
    const come = (): void => {
      for (let each = 0; each < 2 * SHARE; each += 1) {
        const socket = connect({ port, host: '127.0.0.1' });
        socket.on('data', () => socket.destroy());
        socket.write(GET);
        comers.push(socket);
      }
    };
    const client = await open();
    for (let turn = 0; turn < 20; turn += 1) {
      come();
      await nextTurn();
    }
    await wasAnswered(client, come);
  });

  it('does not have the bodies read that nobody takes', async (t) => {
    const { server, open } = await answering(t);
    const greedy = await open();
    const { socket } = await open();
    const posted = once(server, 'request') as Promise<[IncomingMessage]>;
    socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\n');
    const [request] = await posted;
    request.read(0);
    socket.write(LONG);
    await pausing(request.socket);
    const held = request.readableLength;
    for (let round = 1; round <= 10; round += 1) {
      greedy.socket.write(GET.repeat(SHARE));
      await greedy.answered(204, round * SHARE);
    }
    equal(request.readableLength, held);
  });

  it('does not have more read of one that reads no answers', async (t) => {
    const { server, open } = await answering(t);
    // With such a listener Node gives the parser what it has read, and throws if that is while it waits for the answers to be read.
    server.on('connection', (socket) => socket.on('data', () => undefined));
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const { socket } = await open();
    const [accepted] = await connected;
    socket.pause();
    socket.write('REPORT / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(10_000));
    await pausing(accepted);
    const greedy = await open();
    for (let round = 1; round <= 3; round += 1) {
      greedy.socket.write(GET.repeat(SHARE));
      await greedy.answered(204, round * SHARE);
    }
    ok(accepted.isPaused());
  });

  it('does not have a tunnel read before its owner does', async (t) => {
    const { server, open } = await answering(t);
    const greedy = await open();
    const tunnelled = once(server, 'connect') as Promise<[IncomingMessage, Socket]>;
    const { socket } = await open();
    socket.write('CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n');
    const [, tunnel] = await tunnelled;
    socket.write('ping');
    for (let round = 1; round <= 3; round += 1) {
      greedy.socket.write(GET.repeat(SHARE));
      await greedy.answered(204, round * SHARE);
    }
    const unread = tunnel.read() as Buffer | null;
    equal(unread?.toString(), 'ping');
    tunnel.destroy();
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
