import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { List } from '../../src/router/protocol/message.js';
import { jsonSerializer } from '../../src/router/serializer/json-serializer.js';
import type { Transport } from '../../src/router/transport/transport.js';
import {
  WebSocketListener,
  type WebSocketListenerOptions,
} from '../../src/router/transport/websocket/websocket-listener.js';
import { JSON_CODEC, type ClientCodec } from './client-codec.js';
import { MessageQueue } from './message-queue.js';

/** A listening WebSocketListener. */
export interface ListenerUnderTest {
  readonly listener: WebSocketListener;
  /** `ws://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** The transports that came, one after the other. */
  readonly transports: MessageQueue<Transport>;
}

/** Listens at `/ws` on a free port, of a plain server unless there is another; all ends with the test. */
export async function listen(
  t: TestContext,
  options: Partial<WebSocketListenerOptions> = {},
  server: Server = createServer(answerNothing),
): Promise<ListenerUnderTest> {
  const transports = new MessageQueue<Transport>();
  const listener = new WebSocketListener({
    name: 'public',
    path: '/ws',
    serializers: [jsonSerializer()],
    guards: [],
    onconnection: (transport) => {
      transports.push(transport);
    },
    ...options,
  });
  listener.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    listener.close();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return { listener, url: `ws://127.0.0.1:${address.port}`, transports };
}

function answerNothing(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404).end();
}

/** What a client wants. */
export interface WebSocketClientOptions {
  /** How it speaks. Default JSON. */
  readonly codec?: ClientCodec;
  /** What it offers. Default the codec's. */
  readonly subprotocols?: string[];
  readonly autoPong?: boolean;
}

/** A client of the ws package, cut off after the test. */
export interface WebSocketClient {
  readonly webSocket: WebSocket;
  /** Sends messages in one WebSocket message, as a batched codec allows. */
  readonly send: (...wires: List[]) => void;
  /** The next message. Rejects when it was of text and not of bytes as it should be, or the other way round. */
  readonly receive: () => Promise<List>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** Connects, and waits until the connection is open. */
export async function openWebSocket(
  t: TestContext,
  url: string,
  options: WebSocketClientOptions = {},
): Promise<WebSocketClient> {
  const { codec = JSON_CODEC, autoPong = true } = options;
  const { subprotocols = [codec.subprotocol] } = options;
  const webSocket = new WebSocket(url, subprotocols, { autoPong });
  t.after(() => {
    webSocket.terminate();
  });
  const messages = new MessageQueue<List>();
  webSocket.on('message', (data: Buffer, isBinary) => {
    if (isBinary === codec.isBinary) messages.push(codec.decode(data));
    else messages.end(isBinary ? 'a binary message' : 'a text message');
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    webSocket.on('close', (code, reason) => {
      messages.end(`closed with ${code}`);
      resolve({ code, reason: reason.toString() });
    });
  });
  await once(webSocket, 'open');
  const send = (...wires: List[]): void => {
    webSocket.send(Buffer.concat(wires.map(codec.encode)), { binary: codec.isBinary });
  };
  return { webSocket, send, receive: () => messages.take(), closed };
}
