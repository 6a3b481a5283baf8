/** Connections that have not joined yet: counted, since each costs memory before it has proven anything. */
export class PendingHandshakes {
  readonly #total: number;
  readonly #perAddress: number;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  /** The most that there may be at a time, in all and from one address. */
  constructor(total: number, perAddress: number) {
    this.#total = total;
    this.#perAddress = perAddress;
  }

  /** Whether one more may come from somewhere. */
  get hasRoom(): boolean {
    return this.#count < this.#total;
  }

  /** Whether one more from this address may come; without an address, whether one more may come at all. */
  admits(address?: string): boolean {
    return this.hasRoom && this.#countOf(address) < this.#perAddress;
  }

  /** Counts one in; the function that it gives counts it out, once. */
  enter(address?: string): () => void {
    this.#count += 1;
    if (address !== undefined) this.#byAddress.set(address, this.#countOf(address) + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#count -= 1;
      if (address === undefined) return;
      const left = this.#countOf(address) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    };
  }

  #countOf(address: string | undefined): number {
    return address === undefined ? 0 : (this.#byAddress.get(address) ?? 0);
  }
}
