import { codecOf, parseMessage } from './message-codec.js';
import type { Credentials, Endpoint, Peer, SerializerName } from './peer.js';
import { WebSocketClient } from './websocket-client.js';

/** Message codes of WAMP v2 that the generator sends or receives. */
export const Code = {
  hello: 1,
  welcome: 2,
  challenge: 4,
  authenticate: 5,
  error: 8,
  publish: 16,
  subscribe: 32,
  event: 36,
  call: 48,
  result: 50,
  register: 64,
  invocation: 68,
  yield: 70,
} as const;

const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * One WAMP session of the generator. Join, subscribe and register go through here with whole messages decoded; the
 * load itself replaces `onmessage` and reads bytes.
 */
export class WampPeer implements Peer {
  readonly serializer: SerializerName;
  readonly #client: WebSocketClient;
  #request = 0;
  #onanswer: (message: readonly unknown[]) => void = () => undefined;

  private constructor(client: WebSocketClient, serializer: SerializerName) {
    this.#client = client;
    this.serializer = serializer;
    client.onmessage = (buffer, start, end) => {
      this.#onanswer(parseMessage(serializer, buffer, start, end));
    };
  }

  /** Connects, and joins the realm unless the endpoint has no credentials (a server that knows no sessions). */
  static async connect(
    { host, port, path, credentials }: Endpoint,
    serializer: SerializerName = 'json',
  ): Promise<WampPeer> {
    const { protocol, isBinary } = codecOf(serializer);
    const client = await WebSocketClient.connect({ host, port, path, protocol, isBinary });
    const peer = new WampPeer(client, serializer);
    try {
      if (credentials !== undefined) await peer.#join(credentials);
      return peer;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  set onmessage(receive: (buffer: Buffer, start: number, end: number) => void) {
    this.#client.onmessage = receive;
  }

  set onclose(receive: (error: Error) => void) {
    this.#client.onclose = receive;
  }

  nextRequest(): number {
    this.#request += 1;
    return this.#request;
  }

  send(text: string): void {
    if (this.serializer === 'json') this.#client.send(text);
    else this.#sendMessage(parseMessage('json', Buffer.from(text), 0, text.length));
  }

  subscribe(topic: string, match: 'exact' | 'prefix' | 'wildcard' = 'exact'): Promise<number> {
    return this.#ask(Code.subscribe, topic, match === 'exact' ? {} : { match });
  }

  register(procedure: string): Promise<number> {
    return this.#ask(Code.register, procedure, {});
  }

  close(): void {
    this.#client.close();
  }

  async #join({ realm, authmethod, authid, token }: Credentials): Promise<void> {
    const hello = { roles: ROLES, authmethods: [authmethod], ...(authid && { authid }) };
    let answer = await this.#exchange([Code.hello, realm, hello]);
    if (token !== undefined) {
      if (answer[0] !== Code.challenge) throw refusal('HELLO', answer);
      answer = await this.#exchange([Code.authenticate, token, {}]);
    }
    if (answer[0] !== Code.welcome) {
      throw refusal(token === undefined ? 'HELLO' : 'AUTHENTICATE', answer);
    }
  }

  async #ask(code: number, uri: string, options: object): Promise<number> {
    const request = this.nextRequest();
    const answer = await this.#exchange([code, request, options, uri]);
    const id = answer[2];
    if (answer[0] !== code + 1 || answer[1] !== request || typeof id !== 'number') {
      throw refusal(uri, answer);
    }
    return id;
  }

  /** Sends one message and answers the next that comes. */
  #exchange(message: readonly unknown[]): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no answer to ${JSON.stringify(message).slice(0, 60)} within 10 s`));
      }, ANSWER_TIMEOUT_MS);
      this.#client.onclose = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.#onanswer = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#sendMessage(message);
    });
  }

  #sendMessage(message: readonly unknown[]): void {
    this.#client.send(codecOf(this.serializer).encode(message));
  }
}

function refusal(what: string, answer: readonly unknown[]): Error {
  return new Error(`${what} was answered with ${JSON.stringify(answer)}`);
}
