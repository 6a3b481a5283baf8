import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { List } from '../../src/router/protocol/message.js';
import type { Ending } from './application.js';
import type { ClientCodec } from './client-codec.js';
import { MessageQueue } from './message-queue.js';
import { ALL_ROLES } from './wire-client.js';

/** A client by WebSocket that can also send what is no message. */
export class ByteClient {
  readonly webSocket: WebSocket;
  readonly codec: ClientCodec;
  readonly #messages = new MessageQueue<Buffer>();
  /** The code with which the connection is closed. */
  readonly closed: Promise<number>;

  private constructor(webSocket: WebSocket, codec: ClientCodec) {
    this.webSocket = webSocket;
    this.codec = codec;
    webSocket.on('error', () => undefined);
    webSocket.on('message', (data: Buffer) => {
      this.#messages.push(data);
    });
    this.closed = new Promise((resolve) => webSocket.on('close', resolve));
  }

  /** Connects without a session; ended with the test. */
  static async connect(t: Ending, url: string, codec: ClientCodec): Promise<ByteClient> {
    const webSocket = new WebSocket(url, [codec.subprotocol]);
    const client = new ByteClient(webSocket, codec);
    t.after(() => {
      webSocket.terminate();
      return Promise.resolve();
    });
    await once(webSocket, 'open');
    return client;
  }

  /** Joins realm1 by the trusted URL. */
  static async join(t: Ending, url: string, codec: ClientCodec): Promise<ByteClient> {
    const client = await ByteClient.connect(t, url, codec);
    client.send([1, 'realm1', ALL_ROLES]);
    await client.receive();
    return client;
  }

  send(wire: List): void {
    this.sendBytes(this.codec.encode(wire));
  }

  /** Sends bytes as one message of WebSocket, of the codec's kind unless another is wanted. */
  sendBytes(bytes: Buffer, binary = this.codec.isBinary): void {
    this.webSocket.send(bytes, { binary });
  }

  async receive(): Promise<List> {
    return this.codec.decode(await this.#messages.take());
  }
}
