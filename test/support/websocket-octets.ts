import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { Transport } from '../../src/router/transport/transport.js';
import type { WebSocketListenerOptions } from '../../src/router/transport/websocket/websocket-listener.js';
import { ByteStream } from './byte-stream.js';
import { clientFrame } from './client-frame.js';
import { MessageQueue } from './message-queue.js';
import { recordEvents } from './record-events.js';
import { TLS_CERT, TLS_KEY } from './tls-pair.js';
import { upgradeRequest } from './upgrade-request.js';
import { listen, type ListenerUnderTest } from './websocket-pair.js';

/** A client that writes its frames itself, and the transport at the other end. */
export interface WebSocketOctets {
  readonly socket: Socket;
  /** What comes behind the opening handshake. */
  readonly stream: ByteStream;
  /** Sends frames, in one piece. */
  readonly write: (...frames: Buffer[]) => void;
  /** The router's end of the connection. */
  readonly accepted: Socket;
  readonly transport: Transport;
  /** `message REQUEST`, `violation CODE MESSAGE` and `close CODE`, in order. */
  readonly events: MessageQueue<string>;
  /** Resolves when the router's end is closed and all that there is to report has been. */
  readonly over: () => Promise<void>;
}

/** A message with a request id, in a text frame. */
export const cancelFrame = (request: number): Buffer => clientFrame(1, `[49,${request},{}]`);

/** How a client connects. */
export interface OctetsOptions {
  /** What comes in one piece with the upgrade request. */
  readonly head?: readonly Buffer[];
  readonly medium?: 'TCP' | 'TLS';
}

/** Connects and opens the transport; all ends with the test. */
export async function openOctets(
  t: TestContext,
  options: Partial<WebSocketListenerOptions> = {},
  { head = [], medium = 'TCP' }: OctetsOptions = {},
): Promise<WebSocketOctets> {
  const sockets = new MessageQueue<Socket>();
  const events = new MessageQueue<string>();
  const transports = new MessageQueue<Transport>();
  const { url } = await listenBy(t, medium, {
    guards: [
      ({ socket }) => {
        sockets.push(socket);
        return undefined;
      },
    ],
    onconnection: (transport) => {
      recordEvents(transport, events);
      transports.push(transport);
    },
    ...options,
  });
  const socket = connectTo(Number(new URL(url).port), medium);
  t.after(() => socket.destroy());
  const stream = await upgrade(socket, head);
  const accepted = await sockets.take();
  return {
    socket,
    stream,
    write: (...frames) => socket.write(Buffer.concat(frames)),
    accepted,
    transport: await transports.take(),
    events,
    over: async () => {
      // Not `once`, which takes a reset for a failure.
      if (!accepted.closed) await new Promise((resolve) => accepted.on('close', resolve));
      // Leave is taken in the next turn, and reported in its microtasks.
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    },
  };
}

function listenBy(
  t: TestContext,
  medium: 'TCP' | 'TLS',
  options: Partial<WebSocketListenerOptions>,
): Promise<ListenerUnderTest> {
  if (medium === 'TCP') return listen(t, options);
  return listen(t, options, createServer({ cert: TLS_CERT, key: TLS_KEY }));
}

/** The client ends its side when a test has it end, or the connection is cut. */
function connectTo(port: number, medium: 'TCP' | 'TLS'): Socket {
  const options = { port, host: '127.0.0.1', allowHalfOpen: true };
  return medium === 'TCP' ? connect(options) : connectTls({ ...options, ca: TLS_CERT });
}

async function upgrade(socket: Socket, head: readonly Buffer[]): Promise<ByteStream> {
  const stream = new ByteStream(socket);
  socket.write(Buffer.concat([Buffer.from(upgradeRequest()), ...head]));
  let response = '';
  while (!response.endsWith('\r\n\r\n')) response += (await stream.take(1)).toString('latin1');
  if (!response.startsWith('HTTP/1.1 101 ')) throw new Error(response);
  return stream;
}
