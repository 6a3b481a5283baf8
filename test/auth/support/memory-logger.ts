import type { Logger } from '../../../src/router/index.js';

/** Keeps what was logged, as one line of JSON each. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = [];

  readonly debug = this.#keeper('debug');
  readonly info = this.#keeper('info');
  readonly warn = this.#keeper('warn');
  readonly error = this.#keeper('error');

  #keeper(level: string): Logger['info'] {
    return (fields, message) => {
      this.lines.push(JSON.stringify({ level, message, ...fields }));
    };
  }
}
