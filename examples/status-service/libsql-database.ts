import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import type { Row, SqlDatabase, Steps } from './sql-database.js';

/**
 * An embedded SQL database in one file. A commit has reached the disk when it returns (`synchronous = FULL`). The file belongs
 * to one process at a time: a second one fails to open it, so that there is always exactly one publisher.
 */
export class LibsqlDatabase implements SqlDatabase {
  readonly #database: Database.Database;
  onannounced: () => void = () => undefined;

  /**
   * Opens the file, or makes it and its folder. `:memory:` keeps everything in memory.
   * @throws when another process has the file open (`SQLITE_BUSY`) or it is no database.
   */
  constructor(file: string) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#database = new Database(file);
    try {
      // The lock is taken by the first write, which switching the journal may not be: so write once, now.
      this.#database.pragma('locking_mode = EXCLUSIVE');
      this.#database.pragma('journal_mode = WAL');
      this.#database.pragma('synchronous = FULL');
      this.#database.exec('BEGIN IMMEDIATE; COMMIT');
    } catch (cause) {
      this.#database.close();
      throw new Error(`cannot have ${file} to itself: is another status-service running on it?`, {
        cause,
      });
    }
  }

  transaction<T>(steps: () => Steps<T>): Promise<T> {
    return Promise.resolve().then(() => this.#run(steps()));
  }

  async announcedTransaction<T>(steps: () => Steps<T>): Promise<T> {
    const result = await this.transaction(steps);
    this.onannounced();
    return result;
  }

  lead(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    if (this.#database.open) {
      try {
        this.#release();
      } finally {
        this.#database.close();
      }
    }
    return Promise.resolve();
  }

  /** Gives the file free now: closing alone does so only when the garbage collector has found the last statement. */
  #release(): void {
    this.#database.pragma('journal_mode = DELETE');
    this.#database.pragma('locking_mode = NORMAL');
    this.#database.prepare('SELECT 1 FROM sqlite_schema').all();
  }

  #run<T>(steps: Steps<T>): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      let step = steps.next([]);
      while (step.done !== true) {
        const { text, values } = step.value;
        // The driver types rows as unknown; they are objects, and the store parses each.
        step = steps.next(this.#database.prepare(text).all(...values) as readonly Row[]);
      }
      this.#database.exec('COMMIT');
      return step.value;
    } catch (cause) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw cause;
    }
  }
}
