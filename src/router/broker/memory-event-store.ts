import { dictBytes, payloadBytes } from './event-bytes.js';
import type { EventStore, StoredEvent } from './event-store.js';

/** Bounds of a {@link MemoryEventStore}. */
export interface MemoryEventStoreLimits {
  readonly events: number;
  /** Bytes of all payloads, topics and details. Default 16 MiB. */
  readonly bytes?: number;
  /** How long an event is kept; undefined: until others take its place. */
  readonly maxAgeMs?: number | undefined;
}

const DEFAULT_BYTES = 16 * 1024 * 1024;
const MICROSECONDS = 1000;

/** Keeps events in memory, until the router ends. */
export class MemoryEventStore implements EventStore {
  readonly #limits: MemoryEventStoreLimits;
  /** Those from `#first` on are kept; what is before it goes when it is half of all. */
  #events: StoredEvent[] = [];
  #first = 0;
  #bytes = 0;

  constructor(limits: MemoryEventStoreLimits) {
    this.#limits = limits;
  }

  append(event: StoredEvent): void {
    this.#events.push(event);
    this.#bytes += bytesOf(event);
    this.#trim();
  }

  read(): readonly StoredEvent[] {
    this.#trim();
    return this.#events.slice(this.#first);
  }

  #trim(): void {
    const { maxAgeMs, events, bytes = DEFAULT_BYTES } = this.#limits;
    const oldest = maxAgeMs === undefined ? 0 : (Date.now() - maxAgeMs) * MICROSECONDS;
    for (let each = this.#events[this.#first]; each !== undefined;) {
      const count = this.#events.length - this.#first;
      if (count <= events && this.#bytes <= bytes && each.timestamp >= oldest) break;
      this.#bytes -= bytesOf(each);
      this.#first += 1;
      each = this.#events[this.#first];
    }
    if (this.#first * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }
}

const bytesOf = ({ topic, details, payload, audience = {} }: StoredEvent): number =>
  topic.length + payloadBytes(payload) + dictBytes(details) + dictBytes(audience);
