import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDict } from '../../protocol/options.js';
import { selectSerializer } from '../../serializer/select-serializer.js';
import type { Serializer } from '../../serializer/serializer.js';
import { FrameEncoder, type Framing } from '../frame-encoder.js';
import { HandshakeTurns } from '../turns/handshake-turns.js';
import { HttpDetails } from '../http-details.js';
import { ignoreError } from '../ignore-error.js';
import type { HttpListenerOptions } from '../listener-options.js';
import { readBody } from './longpoll-body.js';
import { answer, refuse } from './longpoll-response.js';
import { LongPollTransport } from './longpoll-transport.js';

/**
 * How a listener takes long-poll connections: `<path>/open` and the others of WAMP 15.3. A page whose Origin the guards let pass may read the
 * answers. A `send` that is too long is answered with 413 and ends with 1009.
 */
export interface LongPollListenerOptions extends HttpListenerOptions {
  /** How long a `receive` without messages is held before it is answered with 204. Default 10 s: autobahn-js gives up after 12 s. */
  readonly pollMs?: number;
  /** A peer that has not asked for messages for so long, or not read what it asked for, is gone. Default 30 s. */
  readonly idleMs?: number;
  /** What `send` and `close` are answered with. Default 202, as specified; autobahn-js and Crossbar have 204 instead. */
  readonly successStatus?: 202 | 204;
}

/** The request that a path below the base stands for. */
interface Route {
  readonly action: string;
  /** The transport's id; empty for `open`. */
  readonly id: string;
}

/** Bytes of the body of `open`. */
const OPEN_BYTES = 4096;
/** Bytes of a transport's id: nobody guesses it, and who has it has the session. */
const ID_BYTES = 18;
/** Seconds for which a browser may remember the answer to a preflight. */
const PREFLIGHT_MAX_AGE = '600';

/** Turns HTTP requests into long-poll transports (WAMP 15.3). */
export class LongPollListener {
  readonly #options: LongPollListenerOptions;
  readonly #frames: ReadonlyMap<Serializer, FrameEncoder>;
  readonly #transports = new Map<string, LongPollTransport>();
  readonly #turns: HandshakeTurns;
  #isDraining = false;
  #isClosed = false;

  constructor(options: LongPollListenerOptions) {
    this.#options = options;
    this.#turns = options.turns ?? new HandshakeTurns();
    this.#frames = new Map(
      options.serializers.map((each) => [each, new FrameEncoder(each, UNFRAMED)]),
    );
  }

  /** Serves a request that is for this listener; false, and nothing done, for any other. Queries do not count (LP-9). */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const route = this.#routeOf(request);
    if (route === undefined) return false;
    // A socket that is reset while an answer is on its way is no error of ours.
    response.on('error', ignoreError);
    if (this.#lets(request, response)) this.#serve(route, request, response);
    return true;
  }

  /**
   * Takes no more connections, while its server still takes requests: whoever has a connection may hear why it ends, which takes a request.
   * Those that have ended already are not waited for.
   */
  drain(): void {
    this.#isDraining = true;
    for (const transport of this.#transports.values()) transport.forsake();
  }

  /**
   * Takes no more connections, since its server takes no more requests. Those that are open are their receivers' to close, and are served
   * until then and no longer.
   */
  close(): void {
    this.#isClosed = true;
    this.drain();
  }

  #routeOf({ url = '' }: IncomingMessage): Route | undefined {
    const [path = ''] = url.split('?', 1);
    const { path: base } = this.#options;
    if (!path.startsWith(`${base}/`)) return undefined;
    const match = /^(?:([^/]+)\/(send|receive|close)|(open))$/.exec(path.slice(base.length + 1));
    return match === null ? undefined : { id: match[1] ?? '', action: match[2] ?? 'open' };
  }

  /** Whether the request may be served: it comes from where it may come from, and is a POST; what is not has its answer. */
  #lets(request: IncomingMessage, response: ServerResponse): boolean {
    response.setHeader('vary', 'Origin');
    for (const guard of this.#options.guards) {
      const refusal = guard(request);
      if (refusal === undefined) continue;
      this.#warn(request, refusal.reason);
      refuse(response, refusal.status, refusal.reason);
      return false;
    }
    allowOrigin(request, response);
    if (request.method === 'POST') return true;
    if (request.method === 'OPTIONS') answer(response, 204);
    else refuse(response, 405, 'only POST is served here', { headers: { allow: 'POST, OPTIONS' } });
    return false;
  }

  #serve({ action, id }: Route, request: IncomingMessage, response: ServerResponse): void {
    if (action === 'open') {
      void this.#open(request, response);
      return;
    }
    const transport = this.#transports.get(id);
    if (transport === undefined) {
      refuse(response, 404, 'there is no such transport, or not any more');
    } else if (action === 'send') {
      void this.#send(transport, request, response);
    } else if (action === 'receive') {
      transport.receive(response);
    } else {
      transport.leave();
      answer(response, this.#options.successStatus ?? 202);
    }
  }

  async #open(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, OPEN_BYTES);
    if (body.kind === 'aborted') return;
    if (body.kind === 'too long') {
      refuse(response, 413, 'too long', { headers: { connection: 'close' } });
      return;
    }
    const serializer = selectSerializer(offeredBy(body.bytes), this.#options.serializers);
    if (serializer === undefined) {
      refuse(response, 400, 'offer a protocol of WAMP: {"protocols": ["wamp.2.json"]}');
    } else {
      this.#enter(serializer, request, response);
    }
  }

  /** Has a connection opened in its turn. */
  #enter(serializer: Serializer, request: IncomingMessage, response: ServerResponse): void {
    const address = this.#addressOf(request);
    const refuseFor = (reason: string): void => {
      this.#warn(request, reason);
      refuse(response, 503, 'try again later', { headers: { 'retry-after': '5' } });
    };
    const hasEntered = this.#turns.enter({
      address: this.#options.limitsAddresses === false ? undefined : address,
      connection: response,
      begin: () => {
        if (this.#isDraining || this.#options.admits?.(address) === false) {
          refuseFor('too many connections that have not joined yet');
          return;
        }
        const transport = this.#accept(serializer, request);
        const bytes = Buffer.from(JSON.stringify({ protocol: serializer.subprotocol, transport }));
        answer(response, 200, { type: 'application/json', bytes });
      },
      giveUp: () => {
        refuseFor('waited too long for the handshake');
      },
    });
    if (!hasEntered) refuseFor('too many connections wait for their handshake');
  }

  /** Makes a transport, and gives its id. */
  #accept(serializer: Serializer, request: IncomingMessage): string {
    const id = randomBytes(ID_BYTES).toString('base64url');
    const { queueBytes, pollMs, idleMs, successStatus } = this.#options;
    const transport = new LongPollTransport({
      serializer,
      frames: this.#frames.get(serializer) ?? new FrameEncoder(serializer, UNFRAMED),
      queueBytes: queueBytes ?? 1024 * 1024,
      pollMs: pollMs ?? 10_000,
      idleMs: idleMs ?? 30_000,
      successStatus: successStatus ?? 202,
      isServed: () => !this.#isClosed,
      ongone: () => this.#transports.delete(id),
      details: new HttpDetails(
        {
          type: 'longpoll',
          listener: this.#options.name,
          peer: this.#addressOf(request),
          protocol: serializer.subprotocol,
        },
        request,
      ),
    });
    this.#transports.set(id, transport);
    this.#options.onconnection(transport);
    return id;
  }

  async #send(
    transport: LongPollTransport,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const delivery = transport.reserve(response);
    if (delivery === undefined) return;
    const body = await readBody(request, this.#options.messageBytes ?? 64 * 1024);
    if (body.kind === 'whole') {
      transport.complete(delivery, body.bytes);
      return;
    }
    transport.abandon(delivery);
    if (body.kind === 'aborted' || response.headersSent) return;
    refuse(response, 413, 'the message is too long', { headers: { connection: 'close' } });
    transport.overflow();
  }

  #addressOf(request: IncomingMessage): string {
    return this.#options.addressOf?.(request) ?? request.socket.remoteAddress ?? 'local';
  }

  #warn(request: IncomingMessage, reason: string): void {
    const { name, logger } = this.#options;
    logger?.warn({ listener: name, peer: this.#addressOf(request), reason }, 'request refused');
  }
}

/** Lets the page that asks read the answer (Fetch, CORS protocol): the guards have let its origin pass. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  // autobahn-js asks with credentials, though nothing here looks at them.
  response.setHeader('access-control-allow-credentials', 'true');
  if (headers['access-control-request-method'] === undefined) return;
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', 'Content-Type');
  response.setHeader('access-control-max-age', PREFLIGHT_MAX_AGE);
}

/** The subprotocols that the body of `open` names; none if it is not as it must be. */
function offeredBy(body: Buffer): readonly string[] {
  let open: unknown;
  try {
    open = JSON.parse(body.toString());
  } catch {
    return [];
  }
  const protocols = isDict(open) ? open['protocols'] : undefined;
  return Array.isArray(protocols) ? protocols.filter((each) => typeof each === 'string') : [];
}

/** A message stands in a body as it is. */
const UNFRAMED: Framing = { headroom: () => 0, writeHeader: () => undefined };
