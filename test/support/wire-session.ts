import { deepEqual } from 'node:assert/strict';
import { parseAddress, type Address } from '../conformance/wire/address.js';
import { openConnection, type Connection } from '../conformance/wire/connection.js';
import { formatOf, type SerializerName } from '../conformance/wire/wire-format.js';
import type { Ending } from './application.js';
import { MessageQueue } from './message-queue.js';
import { TLS_CERT } from './tls-pair.js';
import { ALL_ROLES } from './wire-client.js';

const TIMEOUT_MS = 10_000;

/** A client that speaks wire lists over any transport, in any serializer. */
export class WireSession {
  readonly #connection: Connection;
  readonly #format: ReturnType<typeof formatOf>;
  readonly #messages = new MessageQueue<readonly unknown[]>();
  readonly #closed: Promise<number>;

  private constructor(connection: Connection, serializer: SerializerName) {
    const format = formatOf(serializer);
    this.#connection = connection;
    this.#format = format;
    connection.onmessage = (bytes) => {
      for (const part of format.split(bytes)) {
        this.#messages.push(format.decode(part) as readonly unknown[]);
      }
    };
    this.#closed = new Promise((resolve) => {
      connection.onclose = (code) => {
        this.#messages.end(`closed with ${code}`);
        resolve(code);
      };
    });
  }

  /** Connects to a URL of the application; ended with the test. TLS goes by the tests' own certificate. */
  static async connect(t: Ending, url: string, serializer: SerializerName): Promise<WireSession> {
    const connection = await openConnection(addressOf(url), {
      format: formatOf(serializer),
      headers: {},
      timeoutMs: TIMEOUT_MS,
    });
    t.after(() => {
      connection.cut();
      return Promise.resolve();
    });
    return new WireSession(connection, serializer);
  }

  /** Connects and joins realm1, with a token where one is given; gives the session and the details of its WELCOME. */
  static async join(
    t: Ending,
    url: string,
    serializer: SerializerName,
    token?: string,
  ): Promise<{ session: WireSession; details: Readonly<Record<string, unknown>> }> {
    const session = await WireSession.connect(t, url, serializer);
    session.send([
      1,
      'realm1',
      { ...ALL_ROLES, ...(token !== undefined && { authmethods: ['jwt'] }) },
    ]);
    if (token !== undefined) {
      deepEqual((await session.receive())[0], 4);
      session.send([5, token, {}]);
    }
    const welcome = await session.receive();
    deepEqual(welcome[0], 2);
    return { session, details: welcome[2] as Readonly<Record<string, unknown>> };
  }

  /** Resolves with the close code, or 1006 where there are none. */
  get closed(): Promise<number> {
    return this.#closed;
  }

  send(message: readonly unknown[]): void {
    this.#connection.send(this.#format.frame(this.#format.encode(message)));
  }

  receive(): Promise<readonly unknown[]> {
    return this.#messages.take();
  }
}

function addressOf(url: string): Address {
  const address = parseAddress(url);
  if (address.transport !== 'rawsocket' || !address.isSecure) return address;
  const socket = { ...address.socket, ca: TLS_CERT };
  return { ...address, socket };
}
