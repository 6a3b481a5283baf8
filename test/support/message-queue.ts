/** Keeps what arrives until it is asked for, so that no message is missed however late a test looks. */
export class MessageQueue<Message> {
  readonly #messages: Message[] = [];
  readonly #waiting: { resolve: (message: Message) => void; reject: (error: Error) => void }[] = [];
  #end: Error | undefined;

  /** How many have arrived and were not taken. */
  get size(): number {
    return this.#messages.length;
  }

  push(message: Message): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#messages.push(message);
    else next.resolve(message);
  }

  /** The oldest message, or the next to come. Rejects when there will be none. */
  take(): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  /** Everything that has arrived and was not taken. */
  takeAll(): Message[] {
    return this.#messages.splice(0);
  }

  /** Nothing more will come: whoever waits is told why. */
  end(reason: string): void {
    this.#end = new Error(reason);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#end);
  }
}
