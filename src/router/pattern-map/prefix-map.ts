import { reservedNamespaceOf } from '../protocol/uri.js';

/**
 * Values by prefix of a URI: by its characters, not by its components (WAMP, Prefix-matching). One look-up for each length that a prefix
 * has here, so a search takes as many steps as the URI has characters, at most, however many prefixes there are.
 */
export class PrefixMap<Value> {
  readonly #values = new Map<string, Value>();
  readonly #countByLength = new Map<number, number>();
  /** Descending. */
  #lengths: readonly number[] = [];

  /** How many prefixes there are. */
  get size(): number {
    return this.#values.size;
  }

  /** The value of this very prefix. */
  get(prefix: string): Value | undefined {
    return this.#values.get(prefix);
  }

  /** Sets the value of a prefix. */
  set(prefix: string, value: Value): void {
    if (!this.#values.has(prefix)) this.#count(prefix.length, 1);
    this.#values.set(prefix, value);
  }

  /** Removes a prefix. */
  delete(prefix: string): void {
    if (this.#values.delete(prefix)) this.#count(prefix.length, -1);
  }

  /** The values of the prefixes of `uri`, the longest first; of a reserved URI only those within its namespace. */
  matching(uri: string): Value[] {
    const shortest = reservedNamespaceOf(uri)?.length ?? 0;
    const found: Value[] = [];
    for (const length of this.#lengths) {
      if (length < shortest) break;
      const value = length <= uri.length ? this.#values.get(uri.slice(0, length)) : undefined;
      if (value !== undefined) found.push(value);
    }
    return found;
  }

  #count(length: number, change: 1 | -1): void {
    const count = (this.#countByLength.get(length) ?? 0) + change;
    if (count > 0) this.#countByLength.set(length, count);
    else this.#countByLength.delete(length);
    // Only when the first prefix of its length comes, or the last goes.
    if (count === (change === 1 ? 1 : 0)) {
      this.#lengths = [...this.#countByLength.keys()].sort((a, b) => b - a);
    }
  }
}
