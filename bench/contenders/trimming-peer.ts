import type { Peer, SerializerName } from '../generator/peer.js';

const COMMA = 0x2c;
const END_OF_LIST = 0x5d;
const EMPTY_KWARGS = [Buffer.from(',{}]'), Buffer.from(',null]')] as const;

/**
 * A session with a router that adds empty kwargs to messages which were sent without. They are taken off before anybody
 * counts or compares, so that every message ends with its arguments, as the loads expect.
 */
export class TrimmingPeer implements Peer {
  readonly serializer: SerializerName;
  readonly #peer: Peer;

  /** @param peer a session that speaks JSON */
  constructor(peer: Peer) {
    this.#peer = peer;
    this.serializer = peer.serializer;
  }

  set onmessage(receive: (buffer: Buffer, start: number, end: number) => void) {
    this.#peer.onmessage = (buffer, start, end) => {
      receive(buffer, start, trimKwargs(buffer, start, end));
    };
  }

  set onclose(receive: (error: Error) => void) {
    this.#peer.onclose = receive;
  }

  nextRequest(): number {
    return this.#peer.nextRequest();
  }

  send(text: string): void {
    this.#peer.send(text);
  }

  subscribe(topic: string, match?: 'exact' | 'prefix' | 'wildcard'): Promise<number> {
    return this.#peer.subscribe(topic, match);
  }

  register(procedure: string): Promise<number> {
    return this.#peer.register(procedure);
  }

  close(): void {
    this.#peer.close();
  }
}

/** Ends a message before its empty kwargs, in place; answers where it ends now. */
export function trimKwargs(buffer: Buffer, start: number, end: number): number {
  for (const kwargs of EMPTY_KWARGS) {
    const comma = end - kwargs.length;
    if (comma <= start || buffer[comma] !== COMMA) continue;
    if (buffer.compare(kwargs, 0, kwargs.length, comma, end) !== 0) continue;
    buffer[comma] = END_OF_LIST;
    return comma + 1;
  }
  return end;
}
