import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { MESSAGES_PER_TURN, SENDS_PER_TURN } from '../../src/router/inbox.js';
import type { List } from '../../src/router/protocol/message.js';
import { UNLIMITED_SESSION } from '../../src/router/session-limits.js';
import type { Transport } from '../../src/router/transport/transport.js';
import { openEntrance } from '../support/open-entrance.js';
import { listenRaw } from '../support/rawsocket-pair.js';
import { createRouter } from '../support/test-router.js';
import { listen, openWebSocket } from '../support/websocket-pair.js';

interface Client {
  readonly send: (wire: List) => void;
  readonly receive: () => Promise<List>;
  /** Ends the connection behind what was sent. */
  readonly end: () => void;
}

type Connect = () => Promise<Client>;

const ROLES = { roles: { publisher: {}, subscriber: {} } };
/** Some 70 KB: more than one read of a socket. */
const FLOOD = 1500;

async function websocket(t: TestContext, attach: (transport: Transport) => void): Promise<Connect> {
  const { url } = await listen(t, { onconnection: attach });
  return async () => {
    const { webSocket, send, receive } = await openWebSocket(t, `${url}/ws`);
    return {
      send,
      receive,
      end: () => {
        webSocket.close();
      },
    };
  };
}

async function rawsocket(t: TestContext, attach: (transport: Transport) => void): Promise<Connect> {
  const { connect } = await listenRaw(t, { onconnection: attach });
  return async () => {
    const { socket, shake, send, receive } = await connect();
    await shake();
    return {
      send,
      receive,
      end: () => {
        socket.end();
      },
    };
  };
}

async function join(connect: Connect): Promise<Client> {
  const client = await connect();
  client.send([1, 'realm1', ROLES]);
  equal((await client.receive())[0], 2);
  return client;
}

async function subscribed(connect: Connect, ...topics: string[]): Promise<Client> {
  const client = await join(connect);
  for (const [index, topic] of topics.entries()) {
    client.send([32, index + 1, {}, topic]);
    equal((await client.receive())[0], 33);
  }
  return client;
}

/** The arguments of the next events. */
async function take(client: Client, count: number): Promise<unknown[]> {
  const events: unknown[] = [];
  while (events.length < count) events.push((await client.receive())[4]);
  return events;
}

function flood({ send }: Client, count = FLOOD): void {
  for (let request = 1; request <= count; request += 1) {
    send([16, request, {}, 'a.hot', [request]]);
  }
}

const numbered = (count: number): List[] => Array.from({ length: count }, (_, at) => [at + 1]);

for (const [name, listenOn] of Object.entries({ WebSocket: websocket, RawSocket: rawsocket })) {
  describe(`a session that floods over ${name}`, () => {
    async function start(t: TestContext): Promise<Connect> {
      const router = createRouter(t);
      const entrance = openEntrance({ limits: UNLIMITED_SESSION });
      return listenOn(t, (transport) => {
        router.attach(transport, entrance);
      });
    }

    it('is ahead of another session’s message by no more than its share of one turn', async (t) => {
      const connect = await start(t);
      const watcher = await subscribed(connect, 'a.hot', 'a.cold');
      const [hot, cold] = [await join(connect), await join(connect)];
      flood(hot);
      cold.send([16, 1, {}, 'a.cold', ['cold']]);
      const events = await take(watcher, FLOOD + 1);
      const place = events.findIndex((args) => Array.isArray(args) && args[0] === 'cold');
      ok(place >= 0 && place <= MESSAGES_PER_TURN, `${place} events came before it`);
      deepEqual(events.toSpliced(place, 1), numbered(FLOOD));
    });

    it('is ahead by no more than its share when each message goes to many', async (t) => {
      const connect = await start(t);
      const watcher = await subscribed(connect, 'a.hot', 'a.cold');
      const others = 199;
      for (let other = 0; other < others; other += 1) await subscribed(connect, 'a.hot');
      const [hot, cold] = [await join(connect), await join(connect)];
      flood(hot, 300);
      cold.send([16, 1, {}, 'a.cold', ['cold']]);
      const events = await take(watcher, 301);
      const place = events.findIndex((args) => Array.isArray(args) && args[0] === 'cold');
      const share = Math.ceil(SENDS_PER_TURN / (others + 1));
      ok(place >= 0 && place <= share, `${place} events came before it`);
      deepEqual(events.toSpliced(place, 1), numbered(300));
    });

    it('loses nothing of what it sent before it ends the connection', async (t) => {
      const connect = await start(t);
      const watcher = await subscribed(connect, 'a.hot');
      const hot = await join(connect);
      flood(hot);
      hot.end();
      deepEqual(await take(watcher, FLOOD), numbered(FLOOD));
    });

    it('can say GOODBYE behind it, and end the connection', async (t) => {
      const connect = await start(t);
      const watcher = await subscribed(connect, 'a.hot');
      const hot = await join(connect);
      flood(hot);
      hot.send([6, {}, 'wamp.close.close_realm']);
      hot.end();
      deepEqual(await take(watcher, FLOOD), numbered(FLOOD));
    });
  });
}
