import { MemoryUsers } from '../auth/users/memory-users.js';
import { ModuleUsers } from '../auth/users/module-users.js';
import { PasswordVerifier } from '../auth/users/password-verifier.js';
import { PostgresUsers } from '../auth/users/postgres-users.js';
import type { UserEntry } from '../auth/users/user-table.js';
import type { UserProvider } from '../auth/users/user-provider.js';
import { UsersFileReload } from '../auth/users/users-file-reload.js';
import type { Config } from '../config/config.js';
import { describeProblem } from '../config/config-error.js';
import { toUserEntry } from '../config/user-row.js';
import { readUsersFile } from '../config/users-file.js';
import { UsersFileWriter } from '../config/users-file-writer.js';
import type { FileUsersConfig } from '../config/users-config.js';
import type { Logger } from '../router/index.js';

/** What {@link startUsers} builds on. */
export interface UsersOptions {
  readonly config: Config;
  /** Those of the users file, as it was at the start. */
  readonly users: readonly UserEntry[];
  readonly logger: Logger;
}

/**
 * The users that `auth.users` names. Rejects when a module of users cannot be used; a database that does not answer yet is asked again.
 */
export async function startUsers(options: UsersOptions): Promise<UserProvider> {
  const { config, logger } = options;
  const { users } = config.auth;
  const passwords = new PasswordVerifier();
  switch (users.provider) {
    case 'file':
      return startFileUsers(options, users, passwords);
    case 'postgres':
      return new PostgresUsers({ ...users, toEntry: toUserEntry, passwords, logger });
    case 'module':
      return ModuleUsers.load({ ...users, passwords, logger });
  }
}

function startFileUsers(
  { config, users: entries, logger }: UsersOptions,
  { path, reload, rehash }: FileUsersConfig,
  passwords: PasswordVerifier,
): UserProvider {
  const writer = rehash && path !== undefined ? new UsersFileWriter(path) : undefined;
  const users = new MemoryUsers({
    entries,
    passwords,
    logger,
    ...(writer && { keep: (change) => writer.replace(change) }),
  });
  if (path === undefined || !reload) return users;
  const roles = config.realms.flatMap((realm) => realm.roles.map(({ name }) => name));
  const read = async () => {
    const file = await readUsersFile(path, { production: config.production, roles });
    return { users: file.users, problems: file.problems.map(describeProblem) };
  };
  const watcher = new UsersFileReload({ path, read, users, logger });
  users.onclose = () => {
    watcher.close();
  };
  return users;
}
