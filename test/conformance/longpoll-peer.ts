import type { CaseContext } from './case-context.js';
import { isList } from './pattern.js';
import type { Wire } from './peer.js';
import { ensure } from './transcript.js';
import { transportOf } from './wire/longpoll-connection.js';
import type { Answer } from './wire/post.js';
import { tell } from './wire/value.js';
import { formatOf } from './wire/wire-format.js';

const EMPTY = Buffer.alloc(0);

/** Asks for a transport with this body. */
export const open = (c: CaseContext, body: object): Promise<Answer> =>
  c.post('open', Buffer.from(JSON.stringify(body)));

/** A client for cases that look at requests: it asks only when it is told to. */
export class LongPollPeer {
  readonly transport: string;
  readonly #case: CaseContext;

  private constructor(transport: string, c: CaseContext) {
    this.transport = transport;
    this.#case = c;
  }

  /** A message as the body of a request. */
  static framed(c: CaseContext, message: Wire): Buffer {
    const { encode, frame } = formatOf(c.target.serializer);
    return frame(encode(message));
  }

  /** Opens a transport. */
  static async open(c: CaseContext): Promise<LongPollPeer> {
    const protocol = `wamp.2.${c.target.serializer}`;
    const { status, body } = await open(c, { protocols: [protocol] });
    const transport = status === 200 ? transportOf(body, protocol) : undefined;
    ensure(transport !== undefined, `open: got ${status} ${body.toString()}`);
    return new LongPollPeer(transport, c);
  }

  /** Opens a transport and a session. */
  static async enter(c: CaseContext): Promise<LongPollPeer> {
    const peer = await LongPollPeer.open(c);
    await peer.send(c.hello());
    let [answer] = await peer.receive();
    if (answer?.[0] === 4) {
      await peer.send([5, c.token, {}]);
      [answer] = await peer.receive();
    }
    ensure(answer?.[0] === 2, `expected WELCOME, got ${tell(answer)}`);
    return peer;
  }

  /** Sends one message and gives the status of the answer. */
  send(message: Wire): Promise<number> {
    return this.sendBytes(LongPollPeer.framed(this.#case, message));
  }

  /** Sends a body as it is and gives the status of the answer. */
  async sendBytes(body: Buffer): Promise<number> {
    return (await this.#case.post(`${this.transport}/send`, body)).status;
  }

  /** Asks for messages until there are some and gives those that come with one answer. */
  async receive(): Promise<readonly Wire[]> {
    const { split, decode } = formatOf(this.#case.target.serializer);
    for (;;) {
      const { status, body } = await this.#case.post(`${this.transport}/receive`, EMPTY);
      ensure(status >= 200 && status < 300, `receive: got ${status} ${body.toString()}`);
      if (body.length === 0) continue;
      return split(body).map((bytes) => {
        const message = decode(bytes);
        ensure(isList(message), `no list: ${tell(message)}`);
        return message;
      });
    }
  }
}
