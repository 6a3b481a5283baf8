/** Where users come from. */
export type UsersConfig = FileUsersConfig | PostgresUsersConfig | ModuleUsersConfig;

/** A file of users. */
export interface FileUsersConfig {
  readonly provider: 'file';
  /** Undefined: there are no users. */
  readonly path: string | undefined;
  /** Whether it is read again when it changes. */
  readonly reload: boolean;
  /** Whether better hashes are written into it. */
  readonly rehash: boolean;
}

/** A table of a PostgreSQL database. */
export interface PostgresUsersConfig {
  readonly provider: 'postgres';
  /** Holds a password. */
  readonly url: string;
  /** Connections at most, besides one that listens. */
  readonly pool: number;
  /** For a connection, and for the answer to one query. */
  readonly timeoutMs: number;
  /** How long a user is taken for unchanged. */
  readonly cacheMs: number;
  /** Between two looks at whether notifications still come. */
  readonly pollMs: number;
  /** Whether better hashes are written into it. */
  readonly rehash: boolean;
}

/** A module of the embedder's. */
export interface ModuleUsersConfig {
  readonly provider: 'module';
  readonly path: string;
  /** For one answer. */
  readonly timeoutMs: number;
  /** What its function is given. */
  readonly options: Readonly<Record<string, unknown>>;
}
