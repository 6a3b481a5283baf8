import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';

import type { LogLevel } from './config/config.js';
import type { Logger } from './router/index.js';

// What waits for a reader that does not read; beyond it lines are lost rather than memory.
const MAX_UNWRITTEN_BYTES = 8 * 1024 * 1024;

const SECRET_KEYS = [
  'authorization',
  'Authorization',
  'cookie',
  'Cookie',
  'set-cookie',
  'Set-Cookie',
  'token',
  'ticket',
  'password',
  'secret',
  'signature',
];

// `headers.authorization`, `request.headers.authorization` and so on. Deeper than this nothing of ours logs.
const DEPTH = 4;

const FLUSH_MS = 1000;

/** A logger that can be emptied before the process ends. */
export interface PinoLogger extends Logger {
  /** Resolves when what was logged so far is written, in its order, or after a second: a reader that does not read holds nobody up. */
  flush(): Promise<void>;
}

/** What a {@link PinoLogger} needs. */
export interface PinoLoggerOptions {
  readonly level: LogLevel;
  /** A file descriptor or the path of a file. Default 2, the standard error. */
  readonly destination?: number | string;
}

/**
 * Logs JSON, a line an entry: level in words, time in ISO 8601, `message`. Values of keys that hold credentials are replaced,
 * down to the fourth level; control characters are escaped, so that no value can begin a line of its own.
 */
export function createPinoLogger({ level, destination = 2 }: PinoLoggerOptions): PinoLogger {
  const output = pino.destination({
    dest: destination,
    sync: false,
    // With 0 the callback of a flush would not wait.
    minLength: 1,
    maxLength: MAX_UNWRITTEN_BYTES,
  });
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths(), censor: '[redacted]' },
    },
    output,
  );
  return {
    debug: (fields, message) => {
      logger.debug(fields, message);
    },
    info: (fields, message) => {
      logger.info(fields, message);
    },
    warn: (fields, message) => {
      logger.warn(fields, message);
    },
    error: (fields, message) => {
      logger.error(fields, message);
    },
    flush: () => {
      const flushed = new Promise<void>((resolve) => {
        output.flush(() => {
          resolve();
        });
      });
      return Promise.race([flushed, sleep(FLUSH_MS, undefined, { ref: false })]);
    },
  };
}

function redactedPaths(): string[] {
  return SECRET_KEYS.flatMap((key) =>
    Array.from({ length: DEPTH }, (_, depth) =>
      `${'*.'.repeat(depth)}["${key}"]`.replace('.[', '['),
    ),
  );
}
