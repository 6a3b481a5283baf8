import type { Socket } from 'node:net';

interface Waiting {
  readonly count: number;
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** Keeps the bytes that a socket gives until they are asked for. */
export class ByteStream {
  #bytes = Buffer.alloc(0);
  #waiting: Waiting | undefined;
  #isOver = false;
  /** Resolves with all that was not taken, when the other side has ended or cut the connection. */
  readonly rest: Promise<Buffer>;

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#serve();
    });
    this.rest = new Promise((resolve) => {
      const onover = (): void => {
        this.#isOver = true;
        this.#serve();
        resolve(this.#bytes);
      };
      // A reset is an end like any other here.
      socket
        .on('error', () => undefined)
        .on('end', onover)
        .on('close', onover);
    });
  }

  /** The next `count` bytes, one caller at a time. Rejects when fewer will come. */
  take(count: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { count, resolve, reject };
      this.#serve();
    });
  }

  #serve(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (this.#bytes.length >= waiting.count) {
      this.#waiting = undefined;
      const taken = this.#bytes.subarray(0, waiting.count);
      this.#bytes = this.#bytes.subarray(waiting.count);
      waiting.resolve(taken);
    } else if (this.#isOver) {
      this.#waiting = undefined;
      waiting.reject(new Error(`the connection ended with ${this.#bytes.length} bytes to take`));
    }
  }
}
