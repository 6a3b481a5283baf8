import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { toRequestId } from '../../src/router/protocol/id.js';
import type { List, RouterMessage } from '../../src/router/protocol/message.js';
import { Payload } from '../../src/router/protocol/payload.js';
import { jsonFormat, jsonSerializer } from '../../src/router/serializer/json-serializer.js';
import {
  RawSocketListener,
  type RawSocketListenerOptions,
} from '../../src/router/transport/rawsocket/rawsocket-listener.js';
import type { Transport } from '../../src/router/transport/transport.js';
import { ByteStream } from './byte-stream.js';
import { JSON_CODEC, type ClientCodec } from './client-codec.js';
import { MessageQueue } from './message-queue.js';
import { recordEvents } from './record-events.js';
import { temporaryFolder } from './temporary-folder.js';
import { TLS_CERT, TLS_KEY } from './tls-pair.js';

/** What RawSocket can run over. */
export type Medium = 'TCP' | 'a Unix socket' | 'TLS';

/** A listening RawSocketListener. */
export interface RawSocketListenerUnderTest {
  readonly listener: RawSocketListener;
  readonly server: Server;
  /** Connects, without a handshake. The connection is cut after the test. */
  readonly connect: (codec?: ClientCodec) => Promise<RawSocketClient>;
  /** The transports that came, one after the other. */
  readonly transports: MessageQueue<Transport>;
}

/** A client that speaks in octets. */
export interface RawSocketClient {
  readonly socket: Socket;
  readonly stream: ByteStream;
  /** Sends octets, written as hex; spaces do not count. */
  readonly write: (hex: string) => void;
  /** The next octets as hex. */
  readonly read: (count: number) => Promise<string>;
  /** Sends a request, and gives the reply as hex. */
  readonly shake: (hex?: string) => Promise<string>;
  /** Sends a message in the client's codec, JSON by default. */
  readonly send: (wire: List) => void;
  /** The next frame, which is a message. */
  readonly receive: () => Promise<List>;
}

/** Asks for JSON and takes 16 MiB. */
export const JSON_REQUEST = '7ff10000';

/** Listens on a free port or path; all ends with the test. */
export async function listenRaw(
  t: TestContext,
  options: Partial<RawSocketListenerOptions> = {},
  medium: Medium = 'TCP',
): Promise<RawSocketListenerUnderTest> {
  const transports = new MessageQueue<Transport>();
  const listener = new RawSocketListener({
    name: 'raw',
    serializers: [jsonSerializer()],
    onconnection: (transport) => {
      transports.push(transport);
    },
    ...options,
  });
  const server =
    medium === 'TLS' ? createTlsServer({ cert: TLS_CERT, key: TLS_KEY }) : createServer();
  listener.attach(server);
  if (medium === 'a Unix socket') server.listen(join(temporaryFolder(t), 'socket'));
  else server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    listener.close();
    server.close();
  });
  return {
    listener,
    server,
    transports,
    connect: (codec = JSON_CODEC) => connectRaw(t, socketTo(server, medium), codec),
  };
}

/** A client whose transport is open. */
export interface OpenRawSocket extends RawSocketClient {
  readonly transport: Transport;
  /** `message REQUEST`, `violation CODE MESSAGE` and `close CODE`, in order. */
  readonly events: MessageQueue<string>;
}

/** Connects a client and listens to it. */
export async function openRaw(
  t: TestContext,
  options: Partial<RawSocketListenerOptions> = {},
  { medium, request }: { readonly medium?: Medium; readonly request?: string } = {},
): Promise<OpenRawSocket> {
  const { connect, transports } = await listenRaw(t, options, medium);
  const client = await connect();
  await client.shake(request);
  const transport = await transports.take();
  const events = new MessageQueue<string>();
  recordEvents(transport, events);
  return { ...client, transport, events };
}

/** A RESULT of exactly `length` bytes. */
export const resultOf = (length: number): RouterMessage => ({
  type: 50,
  request: toRequestId(1),
  details: {},
  payload: Payload.of(jsonFormat, ['x'.repeat(length - '[50,1,{},[""]]'.length)]),
});

/** A client's request, as hex. */
const requestOf = ({ rawSocketNumber = 0 }: ClientCodec): string => `7ff${rawSocketNumber}0000`;

/** A frame with a message. */
export function toFrame(wire: List, codec = JSON_CODEC): Buffer {
  const bytes = codec.encode(wire);
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(bytes.length);
  return Buffer.concat([prefix, bytes]);
}

async function connectRaw(
  t: TestContext,
  socket: Socket,
  codec: ClientCodec,
): Promise<RawSocketClient> {
  t.after(() => socket.destroy());
  const stream = new ByteStream(socket);
  await once(socket, socket instanceof TLSSocket ? 'secureConnect' : 'connect');
  const write = (hex: string): void => {
    socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  };
  const read = async (count: number): Promise<string> => (await stream.take(count)).toString('hex');
  return {
    socket,
    stream,
    write,
    read,
    shake: (hex = requestOf(codec)) => {
      write(hex);
      return read(4);
    },
    send: (wire) => {
      socket.write(toFrame(wire, codec));
    },
    receive: async () => {
      const prefix = await stream.take(4);
      return codec.decode(await stream.take(prefix.readUInt32BE()));
    },
  };
}

function socketTo(server: Server, medium: Medium): Socket {
  const address = server.address();
  if (typeof address === 'string') return connect(address);
  if (address === null) throw new TypeError('the server does not listen');
  const { port } = address;
  if (medium !== 'TLS') return connect(port, '127.0.0.1');
  return connectTls({ port, host: '127.0.0.1', ca: TLS_CERT });
}
