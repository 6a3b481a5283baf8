/** An abort signal that is made for those who ask for it: most of those who may ask are done too soon to care. */
export class LazySignal {
  #controller: AbortController | undefined;
  #reason: (() => Error) | undefined;

  /** The same for all. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason());
    }
    return this.#controller.signal;
  }

  /** With the first reason that is given, which is made only if somebody asks: an Error costs as much as a whole stack takes to write down. */
  abort(reason: () => Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason());
  }
}
