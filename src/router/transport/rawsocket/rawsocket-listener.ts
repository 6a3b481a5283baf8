import type { Server as NetServer, Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { connectionEventOf } from '../connection-event.js';
import type { Serializer } from '../../serializer/serializer.js';
import { endSocket } from '../end-socket.js';
import { FrameEncoder } from '../frame-encoder.js';
import { HandshakeTurns } from '../turns/handshake-turns.js';
import { ignoreError } from '../ignore-error.js';
import { sweepKeepAlive } from '../keep-alive.js';
import type { ListenerOptions } from '../listener-options.js';
import { PendingHandshakes } from '../turns/pending-handshakes.js';
import { rawSocketFraming } from './rawsocket-framing.js';
import {
  announceableBytes,
  errorReply,
  HANDSHAKE_BYTES,
  HandshakeError,
  judgeHandshake,
  type HandshakeTerms,
  type HandshakeVerdict,
} from './rawsocket-handshake.js';
import { RawSocketTransport } from './rawsocket-transport.js';
import { tlsPeerOf } from '../tls-peer.js';
import type { TransportDetails } from '../transport.js';

/**
 * How a listener takes RawSocket connections. Of the serializers those count that the handshake has numbers for: JSON, MessagePack and CBOR,
 * unbatched. The longest message that is announced and taken is the largest power of two not above `messageBytes`, from 512 bytes to 16 MiB;
 * a longer one fails the connection.
 */
export interface RawSocketListenerOptions extends ListenerOptions {
  /**
   * Between PINGs; a peer that gives no sign of life after one is cut off. Default: none are sent, as there are clients that end the
   * connection at one (autobahn for Python takes its type for a length). The PINGs of clients are answered in any case.
   */
  readonly pingMs?: number | undefined;
  /** How long a PONG may take before the connection is ended. Default 8 s. */
  readonly pongMs?: number;
  /** A TCP connection on which nothing has come for so long is probed by the system (TCP keep-alive). Default 25 s. */
  readonly tcpKeepAliveMs?: number;
  /** How long the four octets of a request may take. Default 5 s. */
  readonly handshakeMs?: number;
  /** Connections that may be in their handshake at a time; more are closed at once. Default 1000. */
  readonly handshakes?: number;
  /** How many of them from one address. Default 20. */
  readonly handshakesPerAddress?: number;
  /** What the transports say of themselves instead of what the sockets tell, such as the `peer` of a Unix socket. */
  readonly details?: Partial<TransportDetails>;
}

const NO_HEADERS: TransportDetails['headers'] = new Map();
const PONG_MS = 8000;
const TCP_KEEP_ALIVE_MS = 25_000;

/** Why a handshake is refused with an error reply, for the log. */
const REASONS: Readonly<Record<HandshakeError, string>> = {
  [HandshakeError.serializerUnsupported]: 'unsupported serializer',
  [HandshakeError.reservedBits]: 'reserved bits are set',
  [HandshakeError.connectionCount]: 'too many connections that have not joined yet',
};

/** Turns connections of a TCP, TLS or Unix socket server into RawSocket transports (WAMP 15.1). */
export class RawSocketListener {
  readonly #options: RawSocketListenerOptions;
  readonly #terms: HandshakeTerms;
  readonly #frames: ReadonlyMap<Serializer, FrameEncoder>;
  /** The connections in their handshake, each with what counts it out. */
  readonly #handshakes = new Map<Socket, () => void>();
  readonly #pending: PendingHandshakes;
  readonly #transports = new Set<RawSocketTransport>();
  readonly #turns: HandshakeTurns;
  readonly #sweep: NodeJS.Timeout | undefined;
  readonly #detach: (() => void)[] = [];
  #isClosed = false;

  constructor(options: RawSocketListenerOptions) {
    const { serializers, messageBytes = 64 * 1024, pingMs, pongMs = PONG_MS } = options;
    const { handshakes = 1000, handshakesPerAddress = 20 } = options;
    this.#options = options;
    this.#turns = options.turns ?? new HandshakeTurns();
    this.#pending = new PendingHandshakes(handshakes, handshakesPerAddress);
    this.#terms = { serializers, messageBytes: announceableBytes(messageBytes) };
    this.#frames = new Map(
      serializers.map((each) => [each, new FrameEncoder(each, rawSocketFraming)]),
    );
    if (pingMs !== undefined) this.#sweep = sweepKeepAlive(this.#transports, { pingMs, pongMs });
  }

  /** Serves all connections of `server`: of a TLS server once they are secure. */
  attach(server: NetServer | TlsServer): void {
    const event = connectionEventOf(server);
    const onsocket = (socket: Socket): void => {
      this.#greet(socket);
    };
    server.on(event, onsocket);
    this.#detach.push(() => server.off(event, onsocket));
  }

  /** Takes no more connections, and ends those that are in their handshake. Those that are open are their receivers' to close. */
  close(): void {
    this.#isClosed = true;
    for (const detach of this.#detach.splice(0)) detach();
    for (const socket of this.#handshakes.keys()) socket.destroy();
    clearInterval(this.#sweep);
  }

  /** Awaits the request, which may come octet by octet. */
  #greet(socket: Socket): void {
    // First of all: a reset at any later moment would otherwise be an uncaught exception.
    socket.on('error', ignoreError);
    const address = this.#addressOf(socket);
    // Who opens many connections and says nothing keeps out nobody else.
    if (!this.#pending.admits(address)) {
      this.#warn(socket, 'too many handshakes at a time');
      socket.destroy();
      return;
    }
    // What is queued may follow the peer's end: the transport ends its own side itself.
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    // A Unix socket has no such thing, and needs none: its peer is on this machine.
    socket.setKeepAlive(true, this.#options.tcpKeepAliveMs ?? TCP_KEEP_ALIVE_MS);
    let received = Buffer.alloc(0);
    const settle = (): void => {
      clearTimeout(deadline);
      this.#handshakes.get(socket)?.();
      this.#handshakes.delete(socket);
      socket.off('data', ondata).off('end', ongone).off('close', settle);
    };
    const ongone = (): void => {
      settle();
      endSocket(socket);
    };
    const ondata = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const verdict = judgeHandshake(received, this.#terms);
      if (verdict.kind === 'incomplete') return;
      settle();
      this.#conclude(socket, verdict, received.subarray(HANDSHAKE_BYTES));
    };
    const deadline = setTimeout(() => {
      this.#warn(socket, 'the handshake took too long');
      ongone();
    }, this.#options.handshakeMs ?? 5000);
    this.#handshakes.set(socket, this.#pending.enter(address));
    socket.on('data', ondata).on('end', ongone).on('close', settle);
  }

  #conclude(
    socket: Socket,
    verdict: Exclude<HandshakeVerdict, { kind: 'incomplete' }>,
    head: Buffer,
  ): void {
    if (verdict.kind === 'illegal') {
      this.#warn(socket, 'no RawSocket');
      endSocket(socket);
    } else if (verdict.kind === 'refused') {
      this.#refuse(socket, verdict.error);
    } else {
      this.#enter(socket, verdict, head);
    }
  }

  /** Has a connection accepted in its turn; it is not read until then. */
  #enter(
    socket: Socket,
    verdict: Extract<HandshakeVerdict, { kind: 'accepted' }>,
    head: Buffer,
  ): void {
    const address = this.#addressOf(socket);
    const refuse = (): void => {
      this.#refuse(socket, HandshakeError.connectionCount);
    };
    socket.pause();
    const hasEntered = this.#turns.enter({
      address: this.#options.limitsAddresses === false ? undefined : address,
      connection: socket,
      begin: () => {
        socket.resume();
        if (this.#isClosed || this.#options.admits?.(address) === false) refuse();
        else this.#accept(socket, verdict, head);
      },
      giveUp: refuse,
    });
    if (!hasEntered) refuse();
  }

  #refuse(socket: Socket, error: HandshakeError): void {
    this.#warn(socket, REASONS[error]);
    socket.write(errorReply(error));
    endSocket(socket);
  }

  #accept(
    socket: Socket,
    { serializer, peerBytes, reply }: Extract<HandshakeVerdict, { kind: 'accepted' }>,
    head: Buffer,
  ): void {
    socket.write(reply);
    const transport = new RawSocketTransport({
      socket,
      serializer,
      frames: this.#frames.get(serializer) ?? new FrameEncoder(serializer, rawSocketFraming),
      messageBytes: this.#terms.messageBytes,
      peerBytes,
      queueBytes: this.#options.queueBytes ?? 1024 * 1024,
      isPinged: this.#options.pingMs !== undefined,
      head,
      details: {
        type: 'rawsocket',
        listener: this.#options.name,
        peer: this.#addressOf(socket),
        protocol: serializer.subprotocol,
        headers: NO_HEADERS,
        url: '',
        tls: tlsPeerOf(socket),
        ...this.#options.details,
      },
    });
    this.#transports.add(transport);
    socket.on('close', () => {
      this.#transports.delete(transport);
      this.#tellUnsent(transport);
    });
    this.#options.onconnection(transport);
  }

  #tellUnsent({ unsent, details: { listener, peer } }: RawSocketTransport): void {
    if (unsent === 0) return;
    this.#options.logger?.warn(
      { listener, peer, messages: unsent },
      'messages were longer than their receiver takes, and not sent',
    );
  }

  #warn(socket: Socket, reason: string): void {
    const { name, logger } = this.#options;
    logger?.warn({ listener: name, peer: this.#addressOf(socket), reason }, 'handshake refused');
  }

  /** A Unix socket has none. */
  #addressOf(socket: Socket): string {
    return this.#options.details?.peer ?? socket.remoteAddress ?? 'local';
  }
}
