import { WebSocketClient, type WebSocketAddress } from './websocket-client.js';

/** How a peer joins a realm: with a token, by authmethod `jwt`. */
export interface Credentials {
  readonly realm: string;
  readonly authid: string;
  readonly token: string;
}

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
 * load itself replaces `ontext` and reads bytes.
 */
export class WampPeer {
  readonly #client: WebSocketClient;
  #request = 0;
  #onmessage: (message: readonly unknown[]) => void = () => undefined;

  private constructor(client: WebSocketClient) {
    this.#client = client;
    client.ontext = (buffer, start, end) => {
      this.#onmessage(parseMessage(buffer, start, end));
    };
  }

  /** Connects, and joins the realm unless `credentials` are left out (a server that knows no sessions). */
  static async connect(address: WebSocketAddress, credentials?: Credentials): Promise<WampPeer> {
    const peer = new WampPeer(await WebSocketClient.connect(address));
    if (credentials !== undefined) await peer.#join(credentials);
    return peer;
  }

  /** Hears of each text message from now on, instead of this class. */
  set ontext(receive: (buffer: Buffer, start: number, end: number) => void) {
    this.#client.ontext = receive;
  }

  /** Hears when the connection ends by itself. */
  set onclose(receive: (error: Error) => void) {
    this.#client.onclose = receive;
  }

  /** The next request id of this session: 1, 2, 3, … */
  nextRequest(): number {
    this.#request += 1;
    return this.#request;
  }

  /** Queues a message, given as JSON text, for the end of this turn. */
  send(text: string): void {
    this.#client.send(text);
  }

  /** Subscribes and answers the subscription's id. */
  subscribe(topic: string): Promise<number> {
    return this.#ask(Code.subscribe, topic);
  }

  /** Registers and answers the registration's id. */
  register(procedure: string): Promise<number> {
    return this.#ask(Code.register, procedure);
  }

  /** Ends the connection at once. */
  close(): void {
    this.#client.close();
  }

  async #join({ realm, authid, token }: Credentials): Promise<void> {
    const hello = { roles: ROLES, authmethods: ['jwt'], authid };
    const challenge = await this.#exchange([Code.hello, realm, hello]);
    if (challenge[0] !== Code.challenge) throw refusal('HELLO', challenge);
    const welcome = await this.#exchange([Code.authenticate, token, {}]);
    if (welcome[0] !== Code.welcome) throw refusal('AUTHENTICATE', welcome);
  }

  async #ask(code: number, uri: string): Promise<number> {
    const request = this.nextRequest();
    const answer = await this.#exchange([code, request, {}, uri]);
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
      this.#onmessage = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.send(JSON.stringify(message));
    });
  }
}

/** Decodes one message. Throws SyntaxError for what is no JSON list. */
export function parseMessage(buffer: Buffer, start: number, end: number): readonly unknown[] {
  const message: unknown = JSON.parse(buffer.toString('utf8', start, end));
  if (!Array.isArray(message)) throw new SyntaxError('the server sent what is no WAMP message');
  return message;
}

function refusal(what: string, answer: readonly unknown[]): Error {
  return new Error(`${what} was answered with ${JSON.stringify(answer)}`);
}
