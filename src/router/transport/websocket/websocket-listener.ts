import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type Server as WsServer, type ServerOptions } from 'ws';
import { selectSerializer } from '../../serializer/select-serializer.js';
import type { Serializer } from '../../serializer/serializer.js';
import { AcceptedWebSocket } from './accepted-websocket.js';
import { FrameEncoder } from '../frame-encoder.js';
import { HttpDetails } from '../http-details.js';
import { ignoreError } from '../ignore-error.js';
import { sweepKeepAlive } from '../keep-alive.js';
import { HandshakeTurns } from '../turns/handshake-turns.js';
import type { HttpListenerOptions } from '../listener-options.js';
import { RequestTurns } from '../turns/request-turns.js';
import { tlsPeerOf } from '../tls-peer.js';
import type { UpgradeRefusal } from '../upgrade-guard.js';
import { websocketFraming } from './websocket-framing.js';
import { WebSocketTransport, type WebSocketConnection } from './websocket-transport.js';

/** How a listener takes WebSocket connections. A message that is too long closes with 1009. */
export interface WebSocketListenerOptions extends HttpListenerOptions {
  /** Between pings. Default 25 s; Infinity: never. */
  readonly pingMs?: number;
  /** How long a pong may take before the connection is ended. Default 8 s. */
  readonly pongMs?: number;
}

/** What a message may have unless the options say so. */
const MESSAGE_BYTES = 64 * 1024;
const QUEUE_BYTES = 1024 * 1024;

/** Seconds after which a client that was refused for want of room may come again. */
const RETRY_AFTER_S = 5;

const NO_SUBPROTOCOL: UpgradeRefusal = {
  status: 400,
  reason: 'offer a subprotocol of WAMP, such as wamp.2.json',
};
const TOO_MANY: UpgradeRefusal = {
  status: 503,
  reason: 'too many connections that have not joined yet',
};
const TOO_MANY_WAIT: UpgradeRefusal = {
  status: 503,
  reason: 'too many connections wait for their handshake',
};
const WAITED_TOO_LONG: UpgradeRefusal = {
  status: 503,
  reason: 'waited too long for the handshake',
};

/** An upgrade that has been judged. */
interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly serializer: Serializer;
  readonly address: string;
}

/** Turns upgrade requests of an http server into WebSocket transports. */
export class WebSocketListener {
  readonly #options: WebSocketListenerOptions;
  readonly #webSockets: WsServer<typeof AcceptedWebSocket>;
  readonly #frames: ReadonlyMap<Serializer, FrameEncoder>;
  readonly #transports = new Set<WebSocketTransport>();
  readonly #turns: HandshakeTurns;
  readonly #sweep: NodeJS.Timeout;
  readonly #detach: (() => void)[] = [];
  #isClosed = false;

  constructor(options: WebSocketListenerOptions) {
    this.#options = options;
    this.#webSockets = new WebSocketServer(serverOptions(options));
    this.#turns = options.turns ?? new HandshakeTurns();
    this.#frames = new Map(options.serializers.map((each) => [each, framesOf(each)]));
    this.#sweep = sweepKeepAlive(this.#transports, options);
  }

  /**
   * Serves the upgrades of `server` at this listener's path. Those of other paths are left to the server's other `upgrade`
   * listeners, or answered with 404 when there is none.
   */
  attach(server: Server): void {
    const turns = new RequestTurns(server);
    const onupgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      turns.upgraded(request);
      if (pathOf(request) === this.#options.path) this.#upgrade(request, socket, head);
      else if (server.listenerCount('upgrade') === 1) {
        refuse(socket, { status: 404, reason: 'nothing speaks WebSocket here' });
      }
    };
    server.on('upgrade', onupgrade);
    this.#detach.push(() => {
      server.off('upgrade', onupgrade);
      turns.end();
    });
  }

  /** Takes no more connections, not even those that wait for their turn. Those that are open are their receivers' to close. */
  close(): void {
    this.#isClosed = true;
    for (const detach of this.#detach.splice(0)) detach();
    clearInterval(this.#sweep);
  }

  /** Judges by what the request says at once, and lets it wait for its turn. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // First of all: a reset at any later moment would otherwise be an uncaught exception.
    socket.on('error', ignoreError);
    const address = this.#addressOf(request);
    const serializer = selectSerializer(offeredBy(request), this.#options.serializers);
    const refusal = this.#judge(request, serializer);
    if (refusal === undefined && serializer !== undefined && socket instanceof Socket) {
      this.#enter({ request, socket, head, serializer, address });
    } else {
      this.#refuse(socket, address, refusal ?? { status: 400, reason: 'no socket' });
    }
  }

  /** Has an upgrade completed in its turn. */
  #enter(upgrade: Upgrade): void {
    const { socket, address } = upgrade;
    const hasEntered = this.#turns.enter({
      address: this.#options.limitsAddresses === false ? undefined : address,
      connection: socket,
      begin: () => {
        const isAdmitted = !this.#isClosed && this.#options.admits?.(address) !== false;
        if (isAdmitted) this.#complete(upgrade);
        else this.#refuse(socket, address, TOO_MANY);
      },
      giveUp: () => {
        this.#refuse(socket, address, WAITED_TOO_LONG);
      },
    });
    if (!hasEntered) this.#refuse(socket, address, TOO_MANY_WAIT);
  }

  #judge(request: IncomingMessage, serializer: Serializer | undefined): UpgradeRefusal | undefined {
    for (const guard of this.#options.guards) {
      const refusal = guard(request);
      if (refusal !== undefined) return refusal;
    }
    return serializer === undefined ? NO_SUBPROTOCOL : undefined;
  }

  #refuse(socket: Duplex, peer: string, refusal: UpgradeRefusal): void {
    const { name, logger } = this.#options;
    logger?.warn({ listener: name, peer, reason: refusal.reason }, 'upgrade refused');
    refuse(socket, refusal);
  }

  #complete({ request, socket, head, serializer, address }: Upgrade): void {
    const { name } = this.#options;
    this.#webSockets.handleUpgrade(request, socket, head, () => {
      socket.setTimeout(0);
      socket.setNoDelay();
      // With TLS it would end with the peer's side: what is still to be sent and the close frame could not go out.
      socket.allowHalfOpen = true;
      const tls = tlsPeerOf(socket);
      const details = { type: 'websocket', listener: name, peer: address, tls } as const;
      this.#open({
        socket,
        head,
        serializer,
        frames: this.#frames.get(serializer) ?? framesOf(serializer),
        messageBytes: this.#options.messageBytes ?? MESSAGE_BYTES,
        queueBytes: this.#options.queueBytes ?? QUEUE_BYTES,
        details: new HttpDetails({ ...details, protocol: serializer.subprotocol }, request),
      });
    });
  }

  /** A function of its own, so that what listens to the connection does not keep its request. */
  #open(connection: WebSocketConnection): void {
    const transport = new WebSocketTransport(connection);
    this.#transports.add(transport);
    connection.socket.on('close', () => this.#transports.delete(transport));
    this.#options.onconnection(transport);
  }

  #addressOf(request: IncomingMessage): string {
    return this.#options.addressOf?.(request) ?? request.socket.remoteAddress ?? 'local';
  }
}

/** What ws is told. */
const serverOptions = (
  options: WebSocketListenerOptions,
): ServerOptions<typeof AcceptedWebSocket> => ({
  noServer: true,
  WebSocket: AcceptedWebSocket,
  clientTracking: false,
  perMessageDeflate: false,
  handleProtocols: (offered) =>
    selectSerializer(offered, options.serializers)?.subprotocol ?? false,
});

const framesOf = (serializer: Serializer): FrameEncoder =>
  new FrameEncoder(serializer, websocketFraming(serializer.isBinary));

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';

const offeredBy = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());

/** Answers an upgrade with an HTTP error and ends the connection. */
function refuse(socket: Duplex, { status, reason }: UpgradeRefusal): void {
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: reason,
  });
  socket.on('error', ignoreError);
  // An http server's sockets may stay half open: without this, a client that never closes would keep the descriptor.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      ...(status === 503 ? [`Retry-After: ${RETRY_AFTER_S}`] : []),
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
