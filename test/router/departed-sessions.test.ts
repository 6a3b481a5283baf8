import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createNetServer, type Server } from 'node:net';
import { describe, it } from 'node:test';
import * as v8 from 'node:v8';
import { OpenSubscription } from '../../src/router/broker/subscriptions.js';
import { Connection } from '../../src/router/connection.js';
import { Handshake } from '../../src/router/handshake.js';
import type { List } from '../../src/router/protocol/message.js';
import type { Router } from '../../src/router/router.js';
import { jsonSerializer } from '../../src/router/serializer/json-serializer.js';
import { UNLIMITED_SESSION } from '../../src/router/session-limits.js';
import { Session } from '../../src/router/session.js';
import { LongPollListener } from '../../src/router/transport/longpoll/longpoll-listener.js';
import { LongPollTransport } from '../../src/router/transport/longpoll/longpoll-transport.js';
import { RawSocketListener } from '../../src/router/transport/rawsocket/rawsocket-listener.js';
import { RawSocketTransport } from '../../src/router/transport/rawsocket/rawsocket-transport.js';
import type { Transport } from '../../src/router/transport/transport.js';
import { WebSocketListener } from '../../src/router/transport/websocket/websocket-listener.js';
import { WebSocketTransport } from '../../src/router/transport/websocket/websocket-transport.js';
import { parseAddress } from '../conformance/wire/address.js';
import {
  openConnection,
  type Connection as WireConnection,
} from '../conformance/wire/connection.js';
import { formatOf } from '../conformance/wire/wire-format.js';
import { MessageQueue } from '../support/message-queue.js';
import { openEntrance } from '../support/open-entrance.js';
import { createRouter } from '../support/test-router.js';

/** What there is once for each connection, session or subscription. */
const COUNTED = [
  Connection,
  Handshake,
  LongPollTransport,
  OpenSubscription,
  RawSocketTransport,
  Session,
  WebSocketTransport,
];

/** How many of each there are, after a collection of all garbage. */
const population = (): Record<string, number> =>
  Object.fromEntries(
    COUNTED.map((each) => [each.name, v8.queryObjects(each, { format: 'count' })]),
  );

type Attach = (transport: Transport) => void;

interface Listening {
  readonly server: Server;
  readonly url: string;
  readonly close: () => void;
}

const basics = (attach: Attach) => ({
  name: 'test',
  serializers: [jsonSerializer()],
  onconnection: attach,
});

function listenOnWebSocket(attach: Attach): Listening {
  const listener = new WebSocketListener({ ...basics(attach), path: '/ws', guards: [] });
  const server = createHttpServer();
  listener.attach(server);
  return {
    server,
    url: 'ws://127.0.0.1:PORT/ws',
    close: () => {
      listener.close();
    },
  };
}

function listenOnRawSocket(attach: Attach): Listening {
  const listener = new RawSocketListener(basics(attach));
  const server = createNetServer();
  listener.attach(server);
  return {
    server,
    url: 'tcp://127.0.0.1:PORT',
    close: () => {
      listener.close();
    },
  };
}

function listenOnLongPoll(attach: Attach): Listening {
  const listener = new LongPollListener({ ...basics(attach), path: '/longpoll', guards: [] });
  const server = createHttpServer((request, response) => {
    listener.handle(request, response);
  });
  return {
    server,
    url: 'http://127.0.0.1:PORT/longpoll',
    close: () => {
      listener.close();
    },
  };
}

const LISTENERS = [listenOnWebSocket, listenOnRawSocket, listenOnLongPoll];

/** A client that sends a message and takes the next one that comes. */
interface Client {
  readonly ask: (wire: List) => Promise<List>;
  readonly send: (wire: List) => void;
  readonly connection: WireConnection;
  readonly closed: Promise<void>;
}

async function connect(url: string): Promise<Client> {
  const format = formatOf('json');
  const options = { format, headers: {}, timeoutMs: 10_000 };
  const connection = await openConnection(parseAddress(url), options);
  const messages = new MessageQueue<List>();
  connection.onmessage = (bytes) => {
    for (const part of format.split(bytes)) messages.push(format.decode(part) as List);
  };
  const send = (wire: List): void => {
    connection.send(format.frame(format.encode(wire)));
  };
  const ask = (wire: List): Promise<List> => {
    send(wire);
    return messages.take();
  };
  const closed = new Promise<void>((resolve) => {
    connection.onclose = () => {
      resolve();
    };
  });
  return { ask, send, connection, closed };
}

const ROLES = {
  publisher: {},
  subscriber: { features: { pattern_based_subscription: true } },
  caller: { features: { call_canceling: true } },
  callee: { features: { call_canceling: true, progressive_call_results: true } },
};

/** Joins, and holds something of each kind; what it calls is never answered. */
async function joinFully(url: string, index: number): Promise<Client> {
  const client = await connect(url);
  const hello = { roles: ROLES, authid: `user${index}` };
  equal((await client.ask([1, 'realm1', hello]))[0], 2);
  equal((await client.ask([32, 1, { get_retained: true }, `a.topic${index}`]))[0], 33);
  equal((await client.ask([32, 2, { match: 'prefix' }, 'a.shared']))[0], 33);
  equal((await client.ask([64, 3, {}, `a.procedure${index}`]))[0], 65);
  const retained = { acknowledge: true, retain: true, eligible_authrole: ['user'] };
  equal((await client.ask([16, 4, retained, 'a.kept', ['x']]))[0], 17);
  const testament = ['a.testament', ['gone'], {}];
  equal((await client.ask([48, 5, {}, 'wamp.session.add_testament', testament]))[0], 50);
  equal((await client.ask([48, 6, { timeout: 60_000 }, `a.procedure${index}`]))[0], 68);
  return client;
}

/** By turns: with GOODBYE, by ending the connection, and by its loss. */
function leave({ send, connection }: Client, index: number): void {
  if (index % 3 === 0) send([6, {}, 'wamp.close.close_realm']);
  if (index % 3 === 2) connection.cut();
  else connection.close();
}

const SESSIONS = 12;

/** Serves sessions that join, hold things and leave; resolves when the last socket is closed. */
async function comeAndGo(router: Router, listenOn: (attach: Attach) => Listening): Promise<void> {
  const entrance = openEntrance({ limits: UNLIMITED_SESSION });
  const { server, url, close } = listenOn((transport) => {
    router.attach(transport, entrance);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const watcher = router.connectLocal('realm1', { authid: 'watcher', authrole: 'admin' });
  const departures = new MessageQueue<unknown>();
  await watcher.subscribe('wamp.session.on_leave', ({ args }) => {
    departures.push(args);
  });
  const clients: Client[] = [];
  for (let index = 0; index < SESSIONS; index += 1) {
    clients.push(await joinFully(url.replace('PORT', String(port)), index));
  }
  clients.forEach(leave);
  for (let index = 0; index < SESSIONS; index += 1) await departures.take();
  await Promise.all(clients.map(({ closed }) => closed));
  watcher.close();
  close();
  server.close();
  await once(server, 'close');
}

describe('sessions that have left', () => {
  it('leave nothing of theirs in the router, over any transport', async (t) => {
    const router = createRouter(t);
    // The realm has sessions of its own.
    const own = v8.queryObjects(Session, { format: 'count' });
    for (const listenOn of LISTENERS) await comeAndGo(router, listenOn);
    const nobody = Object.fromEntries(COUNTED.map(({ name }) => [name, 0]));
    deepEqual(population(), { ...nobody, Session: own });
  });
});
