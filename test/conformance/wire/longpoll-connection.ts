import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import type { Connection, OpenOptions } from './connection.js';
import { post } from './post.js';
import type { Answer, PostOptions } from './post.js';
import { SerializerRefused } from './serializer-refused.js';

/** Where a transport has no code for its end, that of a WebSocket that was cut. */
const NO_CODE = 1006;
/** How long a request for messages may outlive the transport that the client has closed. */
const CLOSING_MS = 250;
const EMPTY = Buffer.alloc(0);

/** Opens an HTTP long-poll transport for the protocol of the format (WAMP 15.3). */
export async function openLongPoll(
  base: string,
  { format, headers }: OpenOptions,
): Promise<Connection> {
  const agent = base.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true });
  const { status, body } = await post(
    `${base}/open`,
    Buffer.from(JSON.stringify({ protocols: [format.subprotocol] })),
    { agent, headers: { 'content-type': 'application/json', ...headers } },
  );
  const told = `${format.subprotocol}: open answered with ${status} ${body.toString()}`;
  if (status >= 400 && status < 500) throw new SerializerRefused(told);
  const transport = transportOf(body, format.subprotocol);
  if (status !== 200 || transport === undefined) throw new Error(told);
  return new LongPollConnection(`${base}/${transport}`, format.isBinary, { agent, headers });
}

/** The transport id that an answer to `open` tells, undefined if it is not an answer for this protocol. */
export function transportOf(body: Buffer, protocol: string): string | undefined {
  const answer: unknown = JSON.parse(body.toString('utf8'));
  if (typeof answer !== 'object' || answer === null) return undefined;
  if (!('protocol' in answer) || answer.protocol !== protocol) return undefined;
  return 'transport' in answer && typeof answer.transport === 'string'
    ? answer.transport
    : undefined;
}

class LongPollConnection implements Connection {
  onmessage: Connection['onmessage'] = () => undefined;
  onclose: Connection['onclose'] = () => undefined;
  readonly #url: string;
  readonly #isBinary: boolean;
  readonly #options: PostOptions;
  readonly #ended = new AbortController();
  /** Requests that send follow one another: messages have to arrive in their order. */
  #sent: Promise<unknown> = Promise.resolve();
  #reading = Promise.resolve();
  #resume: () => void = () => undefined;

  constructor(url: string, isBinary: boolean, options: PostOptions) {
    this.#url = url;
    this.#isBinary = isBinary;
    this.#options = { ...options, signal: this.#ended.signal };
    // Not before whoever opens the connection can listen.
    setImmediate(() => void this.#receive());
  }

  send(bytes: Buffer): void {
    this.#sent = this.#sent.then(() => this.#post('send', bytes));
  }

  together(action: () => void): void {
    action();
  }

  close(): void {
    this.#sent = this.#sent.then(() => this.#close());
  }

  cut(): void {
    void this.#close();
  }

  pause(): void {
    this.#reading = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume();
  }

  async #close(): Promise<void> {
    await this.#post('close', EMPTY);
    setTimeout(() => {
      this.#ended.abort();
    }, CLOSING_MS).unref();
  }

  async #receive(): Promise<void> {
    for (;;) {
      await this.#reading;
      const answer = await this.#post('receive', EMPTY);
      if (answer === undefined || answer.status < 200 || answer.status > 299) break;
      if (answer.body.length > 0) this.onmessage(answer.body, this.#isBinary);
    }
    this.#ended.abort();
    this.#options.agent?.destroy();
    this.onclose(NO_CODE);
  }

  /** The answer, or undefined if there is none: the transport is over. */
  async #post(action: string, body: Buffer): Promise<Answer | undefined> {
    try {
      return await post(`${this.#url}/${action}`, body, this.#options);
    } catch {
      return undefined;
    }
  }
}
