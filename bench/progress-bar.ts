/** Where progress is shown: stderr, or what a test gives. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly write: (text: string) => unknown;
}

const WIDTH = 24;

/** Shows how far a run of known length is: one line that is rewritten on a terminal, elsewhere a line for each tenth. */
export class ProgressBar {
  readonly #output: ProgressOutput;
  readonly #total: number;
  #done = 0;
  #tenths = -1;

  /** @param total the number of steps */
  constructor(total: number, output: ProgressOutput = process.stderr) {
    this.#total = total;
    this.#output = output;
  }

  /** A step starts. */
  step(what: string): void {
    const share = Math.min(this.#done / this.#total, 1);
    this.#done += 1;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    if (this.#output.isTTY === true) {
      const filled = Math.round(share * WIDTH);
      const bar = '#'.repeat(filled).padEnd(WIDTH, '.');
      this.#output.write(`\r\x1b[K[${bar}] ${percent}  ${what}`);
      return;
    }
    const tenths = Math.floor(share * 10);
    if (tenths === this.#tenths) return;
    this.#tenths = tenths;
    this.#output.write(`${percent}  ${what}\n`);
  }

  /** Removes the bar from a terminal. */
  end(): void {
    if (this.#output.isTTY === true) this.#output.write('\r\x1b[K');
  }
}
