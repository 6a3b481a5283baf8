import type { Endpoint, Peer } from '../generator/peer.js';
import { WebSocketClient } from '../generator/websocket-client.js';

/** Engine.IO protocol 4 in front of Socket.IO protocol 5: the first digit is the one's type, the second the other's. */
const Packet = {
  open: '0',
  ping: '2',
  pong: '3',
  connect: '40',
  event: '42',
  acknowledgement: '43',
} as const;

/** An event's head on the wire and, as long, what the loads are to see instead; the subscription is always 1. */
const EVENT_HEAD = Buffer.from('42["event",');
const WAMP_EVENT_HEAD = Buffer.from('[36,1,1,{},');
const INVOCATION_NAME = '["invocation",';

const LIST = 0x5b;
const ANSWER_TIMEOUT_MS = 10_000;

interface Expected {
  readonly start: string;
  readonly resolve: () => void;
}

/**
 * A Socket.IO client without the library, straight on a WebSocket, for `socket-io-server.ts`. The loads give and get WAMP
 * messages; each is rewritten to the packet that stands for it, and back.
 */
export class SocketIoPeer implements Peer {
  readonly serializer = 'json';
  readonly #client: WebSocketClient;
  #request = 0;
  #expected: Expected | undefined;
  #onmessage: (buffer: Buffer, start: number, end: number) => void = () => undefined;
  #onclose: (error: Error) => void = () => undefined;

  private constructor(client: WebSocketClient) {
    this.#client = client;
    client.onmessage = (buffer, start, end) => {
      this.#receive(buffer, start, end);
    };
    client.onclose = (error) => {
      this.#onclose(error);
    };
  }

  /** Connects and joins the main namespace, without waiting for the open packet: it may have come with the upgrade. */
  static async connect({ host, port, path }: Endpoint): Promise<SocketIoPeer> {
    // A server that is asked for a subprotocol and has no opinion agrees to the first.
    const protocol = 'socket.io';
    const client = await WebSocketClient.connect({ host, port, path, protocol });
    const peer = new SocketIoPeer(client);
    try {
      await peer.#exchange(Packet.connect, Packet.connect);
      return peer;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  set onmessage(receive: (buffer: Buffer, start: number, end: number) => void) {
    this.#onmessage = receive;
  }

  set onclose(receive: (error: Error) => void) {
    this.#onclose = receive;
  }

  nextRequest(): number {
    this.#request += 1;
    return this.#request;
  }

  send(text: string): void {
    this.#client.send(packetOf(text));
  }

  subscribe(topic: string): Promise<number> {
    return this.#ask('subscribe', topic);
  }

  register(procedure: string): Promise<number> {
    return this.#ask('register', procedure);
  }

  close(): void {
    this.#client.close();
  }

  async #ask(event: string, name: string): Promise<number> {
    const request = this.nextRequest();
    const packet = `${Packet.event}${request}${JSON.stringify([event, name])}`;
    await this.#exchange(packet, `${Packet.acknowledgement}${request}[`);
    return 1;
  }

  /** Sends a packet and waits for one that starts so. */
  async #exchange(packet: string, start: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`no packet ${start} within 10 s`));
        }, ANSWER_TIMEOUT_MS);
        this.#onclose = reject;
        this.#expected = { start, resolve };
        this.#client.send(packet);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(buffer: Buffer, start: number, end: number): void {
    if (isEvent(buffer, start)) {
      WAMP_EVENT_HEAD.copy(buffer, start);
      this.#onmessage(buffer, start, end);
      return;
    }
    const text = buffer.toString('latin1', start, end);
    if (text === Packet.ping) this.#client.send(Packet.pong);
    else if (text.startsWith(Packet.open)) return;
    else if (this.#expected !== undefined && text.startsWith(this.#expected.start)) {
      const { resolve } = this.#expected;
      this.#expected = undefined;
      resolve();
    } else {
      const message = callMessageOf(buffer, start, end);
      if (message !== undefined) this.#onmessage(message, 0, message.length);
      else this.#onclose(new Error(`the server sent ${text.slice(0, 80)}`));
    }
  }
}

function isEvent(buffer: Buffer, start: number): boolean {
  const end = start + EVENT_HEAD.length;
  return end <= buffer.length && buffer.compare(EVENT_HEAD, 0, EVENT_HEAD.length, start, end) === 0;
}

/** The packet for a PUBLISH, CALL or YIELD with empty options. */
export function packetOf(message: string): string {
  const comma = message.indexOf(',', 4);
  const request = message.slice(4, comma);
  const rest = message.slice(comma + ',{},'.length);
  switch (message.slice(1, 3)) {
    case '16':
      return `${Packet.event}["publish",${rest}`;
    case '48':
      return `${Packet.event}${request}["call",${rest}`;
    case '70':
      return `${Packet.acknowledgement}${request}[${rest}`;
    default:
      throw new Error(`no packet stands for ${message.slice(0, 80)}`);
  }
}

/** The INVOCATION for an event that wants an acknowledgement, or the RESULT for an acknowledgement; undefined for others. */
export function callMessageOf(buffer: Buffer, start: number, end: number): Buffer | undefined {
  const list = buffer.indexOf(LIST, start);
  if (list < start + 3 || list >= end) return undefined;
  const type = buffer.toString('latin1', start, start + 2);
  const id = buffer.toString('latin1', start + 2, list);
  if (type === Packet.acknowledgement) {
    return Buffer.concat([Buffer.from(`[50,${id},{},`), buffer.subarray(list + 1, end)]);
  }
  const args = list + INVOCATION_NAME.length;
  if (type !== Packet.event || buffer.toString('latin1', list, args) !== INVOCATION_NAME) {
    return undefined;
  }
  return Buffer.concat([Buffer.from(`[68,${id},1,{},`), buffer.subarray(args, end)]);
}
