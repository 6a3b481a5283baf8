import { isDeepStrictEqual } from 'node:util';
import { ConfigError, describeProblem } from './config/config-error.js';
import type { Config } from './config/config.js';
import type { LoadedConfig } from './config/load.js';
import type { Logger } from './router/index.js';

/** What can take over another configuration while it runs. */
export interface Reloadable {
  /** The parts of the configuration that it takes over, such as `auth.jwt.keys`. */
  readonly covers: readonly string[];
  /** Builds what the configuration says, and gives what puts it into effect, which cannot fail. Throws when it cannot be used. */
  prepare(config: Config): () => void;
}

/** What a {@link Reload} needs. */
export interface ReloadOptions {
  /** The configuration in effect. */
  readonly config: Config;
  /** Reads it again. Rejects with ConfigError. */
  readonly load: () => Promise<LoadedConfig>;
  readonly parts: readonly Reloadable[];
  readonly logger: Logger;
}

/**
 * Reads the configuration again and puts into effect what can be exchanged while the application runs. All of it is checked first: a mistake
 * anywhere leaves everything as it was. What needs a restart is named in the log.
 */
export class Reload {
  readonly #options: ReloadOptions;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: ReloadOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the new configuration is in effect. Rejects with ConfigError, or with what a part says, when it cannot be; the log has
   * been told. What is asked for meanwhile is done once, afterwards.
   */
  run(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#running = this.#reload();
        return this.#running;
      });
    return this.#next;
  }

  async #reload(): Promise<void> {
    const { config: before, load, parts, logger } = this.#options;
    try {
      const { config, warnings } = await load();
      for (const warning of warnings)
        logger.warn({ problem: describeProblem(warning) }, 'configuration');
      const steps = parts.map((part) => part.prepare(config));
      for (const step of steps) step();
      const covered = new Set(parts.flatMap(({ covers }) => covers));
      const changed = [...changedParts(before, config)].filter((part) => !covered.has(part));
      if (changed.length > 0) {
        logger.warn(
          { changed },
          'changed in the configuration, but in effect only after a restart',
        );
      }
      logger.info({}, 'the configuration was read again');
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.map(describeProblem) : [];
      if (problems.length === 0)
        logger.error({ error }, 'the configuration could not be read again');
      for (const problem of problems) {
        logger.error({ problem }, 'the configuration is wrong: all stays as it was');
      }
      throw error;
    }
  }
}

/** So deep the names of the configuration in the program are those of the file. */
const DEPTH = 3;

/** The names of what differs, such as `limits.hello` or `realms`. */
function changedParts(before: unknown, now: unknown, path: readonly string[] = []): Set<string> {
  if (isDeepStrictEqual(before, now)) return new Set();
  if (path.length === DEPTH || !isMapping(before) || !isMapping(now)) {
    return new Set([path.join('.')]);
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  const found = [...keys].flatMap((key) => [
    ...changedParts(before[key], now[key], [...path, nameInFile(key)]),
  ]);
  return new Set(found);
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `helloMs` is `hello` in the file. */
const nameInFile = (key: string): string =>
  key.replace(/(?:Ms|Bytes)$/u, '').replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
