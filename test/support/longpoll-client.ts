import { once } from 'node:events';
import {
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { List } from '../../src/router/protocol/message.js';
import { MessageQueue } from './message-queue.js';
import { fromBytes } from './wire.js';

/** How a connection was closed by the router. */
export interface LongPollClosing {
  readonly code: number;
  readonly reason: string;
}

/** A client of the long-poll transport. */
export class LongPollClient {
  /** `<base>/<transport>`. */
  readonly url: string;
  readonly protocol: string;
  readonly #messages = new MessageQueue<Buffer>();
  #sent: Promise<unknown> = Promise.resolve();
  readonly closed: Promise<LongPollClosing>;

  private constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    this.closed = this.#poll();
    // Whoever does not ask for it does not want to hear of a lost connection.
    this.closed.catch(() => undefined);
  }

  /** Opens a transport below `base`, such as `http://127.0.0.1:8080/longpoll`, and polls until it is closed. */
  static async open(base: string, protocols: readonly string[] = ['wamp.2.json']) {
    const { transport, protocol } = await openTransport(base, protocols);
    return new LongPollClient(`${base}/${transport}`, protocol);
  }

  /** Sends a wire list in JSON, or bytes as they are, after what was sent before; resolves with the status of the answer. */
  send(message: List | Buffer): Promise<number> {
    const body = Buffer.isBuffer(message) ? message : JSON.stringify(message);
    const sent = this.#sent.then(() => post(`${this.url}/send`, body));
    this.#sent = sent;
    return sent.then(({ status }) => status);
  }

  /** The next message, read as JSON. */
  async receive(): Promise<List> {
    return fromBytes(await this.#messages.take());
  }

  /** The next body of an answer, as it is. */
  receiveBytes(): Promise<Buffer> {
    return this.#messages.take();
  }

  /** Closes the transport; resolves with the status of the answer. */
  async close(): Promise<number> {
    return (await post(`${this.url}/close`)).status;
  }

  async #poll(): Promise<LongPollClosing> {
    for (;;) {
      const { status, body } = await post(`${this.url}/receive`);
      if (status === 200) this.#messages.push(body);
      else if (status !== 204) {
        this.#messages.end(`answered with ${status}`);
        const { code = 0, detail: reason = '' } = JSON.parse(body.toString()) as Problem;
        return { code, reason };
      }
    }
  }
}

interface Problem {
  readonly code?: number;
  readonly detail?: string;
}

/** What `open` answers. */
export interface OpenAnswer {
  readonly transport: string;
  readonly protocol: string;
}

/** Asks for a transport. */
export async function openTransport(
  base: string,
  protocols: readonly string[] = ['wamp.2.json'],
): Promise<OpenAnswer> {
  const { status, body } = await post(`${base}/open`, JSON.stringify({ protocols }));
  if (status !== 200) throw new Error(`open was answered with ${status}`);
  return JSON.parse(body.toString()) as OpenAnswer;
}

/** A whole answer. */
export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a request is sent with, beside its body. */
export type PostOptions = Pick<RequestOptions, 'headers' | 'method' | 'signal'>;

/** A POST with this body; several pieces are sent without telling their length. On a connection of its own, and without timers. */
export async function post(
  url: string,
  body: string | Buffer | readonly Buffer[] = '',
  options: PostOptions = {},
): Promise<PostAnswer> {
  const sent = request(url, { method: 'POST', agent: false, ...options });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    sent.end(body);
  } else {
    for (const piece of body) sent.write(piece);
    sent.end();
  }
  const [response] = await answered;
  const { statusCode: status = 0, headers } = response;
  return { status, headers, body: await buffer(response) };
}
