import { readFile } from 'node:fs/promises';
import pg from 'pg';

const SCHEMA = new URL('../../../config/users.postgres.sql', import.meta.url);

/** A database with the schema of users, as an administrator sees it. */
export class UsersDatabaseAdmin {
  readonly url: string;
  readonly #client: pg.Client;

  private constructor(url: string) {
    this.url = url;
    this.#client = new pg.Client({ connectionString: url });
    // Its connection ends with the others when a test disconnects everybody.
    this.#client.on('error', () => undefined);
  }

  /** Applies the schema, twice: the second time it finds everything there. */
  static async make(url: string): Promise<UsersDatabaseAdmin> {
    const admin = new UsersDatabaseAdmin(url);
    await admin.#client.connect();
    const schema = await readFile(SCHEMA, 'utf8');
    await admin.run(schema);
    await admin.run(schema);
    return admin;
  }

  /** Runs statements. */
  async run(text: string, values: readonly unknown[] = []): Promise<readonly unknown[]> {
    const { rows } = await (values.length === 0
      ? this.#client.query<object>(text)
      : this.#client.query<object>(text, [...values]));
    return rows;
  }

  /** Adds a user. */
  async add(username: string, role: string, password?: string): Promise<void> {
    await this.run(
      'INSERT INTO expressway_users (id, username, role, password) VALUES ($1, $2, $3, $4)',
      [`id-${username}`, username, role, password ?? null],
    );
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
