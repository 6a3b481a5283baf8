import type { Environment } from '../config/environment.js';
import type { ExitCode } from './exit-code.js';

/** What happens to the process and ends it; `process` has it. */
export interface ProcessEvents {
  on(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: (signal: string) => void): unknown;
  on(
    event: 'uncaughtException' | 'unhandledRejection',
    listener: (cause: unknown) => void,
  ): unknown;
}

/** The world around a command: what main.ts gives it, or a test in its place. */
export interface CommandEnvironment {
  /** The environment variables; left out: those of the process. */
  readonly variables?: Environment;
  readonly stdin: AsyncIterable<Buffer | string>;
  /** Writes to the standard output: what the command was asked for. */
  readonly print: (text: string) => void;
  /** Writes to the standard error: what went wrong. */
  readonly complain: (text: string) => void;
  readonly events: ProcessEvents;
  /** Ends the process at once, whatever still runs. */
  readonly exit: (code: ExitCode) => void;
}
