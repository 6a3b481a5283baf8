import type { Logger } from '../../../src/router/index.js';

/** Keeps what was logged, as one line of JSON each. */
export class MemoryLogger implements Logger {
  readonly lines: string[] = [];

  readonly debug = (fields: object, message: string): void => this.#keep('debug', fields, message);
  readonly info = (fields: object, message: string): void => this.#keep('info', fields, message);
  readonly warn = (fields: object, message: string): void => this.#keep('warn', fields, message);
  readonly error = (fields: object, message: string): void => this.#keep('error', fields, message);

  #keep(level: string, fields: object, message: string): void {
    this.lines.push(JSON.stringify({ level, message, ...fields }));
  }
}
