import type { Logger } from '../../router/index.js';
import { FileWatcher } from './file-watcher.js';
import type { MemoryUsers } from './memory-users.js';
import type { UserEntry } from './user-table.js';

/** A users file that was read. */
export interface ReadUsers {
  readonly users: readonly UserEntry[];
  /** What is wrong with it, each with file, line and column. If there is anything, the users are not used. */
  readonly problems: readonly string[];
}

/** What {@link UsersFileReload} needs. */
export interface UsersFileReloadOptions {
  readonly path: string;
  /** Reads and checks the file. */
  readonly read: () => Promise<ReadUsers>;
  readonly users: MemoryUsers;
  readonly logger: Logger;
}

/** Gives the users of a file to {@link MemoryUsers} whenever the file changes. What is wrong with a file leaves the users as they were. */
export class UsersFileReload {
  readonly #options: UsersFileReloadOptions;
  readonly #watcher: FileWatcher;

  constructor(options: UsersFileReloadOptions) {
    this.#options = options;
    this.#watcher = new FileWatcher({ path: options.path, onchange: () => this.#reload() });
  }

  /** Looks at the file no more. Idempotent. */
  close(): void {
    this.#watcher.close();
  }

  async #reload(): Promise<void> {
    const { path, read, users, logger } = this.#options;
    try {
      const { users: entries, problems } = await read();
      if (problems.length > 0) {
        logger.error({ path, problems }, 'the users file is wrong: the users stay as they were');
        return;
      }
      const changed = users.replace(entries);
      if (changed > 0) logger.info({ path, changed }, 'the users file has changed');
    } catch (error) {
      logger.error(
        { path, error },
        'the users file could not be read: the users stay as they were',
      );
    }
  }
}
