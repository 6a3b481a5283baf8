const COLOURS = [36, 35, 33, 32]; // cyan, magenta, yellow, green
const BOLD = 1;
const WIDTH = 15;

/** Words for a terminal: coloured when it is one, and NO_COLOR (no-color.org) does not forbid it. */
export class ConsoleOutput {
  readonly #write: (text: string) => void;
  readonly #coloured: boolean;
  #names = 0;

  constructor(write: (text: string) => void, coloured: boolean) {
    this.#write = write;
    this.#coloured = coloured;
  }

  /** A printer of lines that begin with this name, each name in a colour of its own. */
  named(name: string): (line: string) => void {
    const colour = COLOURS[this.#names % COLOURS.length] ?? BOLD;
    this.#names += 1;
    const prefix = this.#paint(colour, `${name.padEnd(WIDTH)}|`);
    return (line) => {
      this.#write(`${prefix} ${line}\n`);
    };
  }

  /** Prints a frame of lines around the text. */
  banner(lines: readonly string[]): void {
    const rule = '-'.repeat(Math.max(...lines.map((line) => line.length)));
    this.#write(
      `\n${this.#paint(COLOURS[0] ?? BOLD, rule)}\n${lines.join('\n')}\n${this.#paint(COLOURS[0] ?? BOLD, rule)}\n\n`,
    );
  }

  #paint(code: number, text: string): string {
    return this.#coloured ? `\u001B[${code}m${text}\u001B[0m` : text;
  }
}

/** Whether to colour: a terminal, and NO_COLOR not set to anything; FORCE_COLOR colours a pipe too. */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return isTerminal || !['', '0', undefined].includes(env['FORCE_COLOR']);
}
