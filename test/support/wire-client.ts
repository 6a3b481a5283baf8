import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';
import type { Ending } from './application.js';
import { Arrivals } from './autobahn-client.js';

/** Headers of an upgrade request. */
export type Headers = Readonly<Record<string, string>>;

/** A WAMP client that speaks wire lists. */
export interface WireClient {
  /** Sends a list as JSON text, or text as it is. */
  send(message: readonly unknown[] | string): void;
  /** The next list from the router. */
  receive(): Promise<unknown[]>;
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** The code with which the connection is closed. */
  readonly closed: Promise<number>;
  /** Loses the connection at once. */
  drop(): void;
}

/** Connects with subprotocol `wamp.2.json`, or others; ended with the test. */
export async function connectWire(
  t: Ending,
  url: string,
  headers: Headers = {},
  protocols: readonly string[] = ['wamp.2.json'],
): Promise<WireClient> {
  const socket = new WebSocket(url, [...protocols], { headers });
  const messages = new Arrivals<unknown[]>();
  socket.on('message', (data: Buffer) => {
    messages.add(JSON.parse(data.toString()) as unknown[]);
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  t.after(() => {
    socket.on('error', () => undefined);
    socket.terminate();
    return Promise.resolve();
  });
  await once(socket, 'open');
  return {
    send: (message) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    receive: () => messages.next(),
    protocol: socket.protocol,
    closed,
    drop: () => {
      socket.terminate();
    },
  };
}

/** HELLO.Details of a client with all roles. */
export const ALL_ROLES = { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } };

/** Joins realm1 with a token; gives the client and its WELCOME. */
export async function joinWithToken(
  t: Ending,
  url: string,
  token: string,
): Promise<{ client: WireClient; answer: unknown[] }> {
  const client = await connectWire(t, url);
  client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }]);
  await client.receive();
  client.send([5, token, {}]);
  return { client, answer: await client.receive() };
}

/** Asks for an upgrade; gives the status of the answer: 101, or that of the refusal. */
export function upgradeStatus(url: string, headers: Headers = {}): Promise<number> {
  const request = httpRequest(url.replace('ws:', 'http:'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'wamp.2.json',
      ...headers,
    },
  });
  return new Promise((resolve, reject) => {
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}
