import { PasswordVerifier } from '../auth/users/password-verifier.js';
import type { UserEntry } from '../auth/users/memory-users.js';
import type { ConfigNode } from './config-node.js';
import type { ConfigProblem } from './config-error.js';
import { readConfigurationFile } from './configuration-file.js';
import { DEVELOPMENT_USERS, isDevelopmentSecret } from './known-secrets.js';
import { usersSchema } from './users-schema.js';
import { problem, validate } from './validate.js';

/** What the entries of a users file are checked against. */
export interface UsersFileContext {
  readonly production: boolean;
  /** The roles of all realms; undefined if they are not known. */
  readonly roles: readonly string[] | undefined;
}

/** The users of a file, and what is wrong with them. */
export interface UsersFile {
  readonly users: readonly UserEntry[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads a users file (YAML); no file, no users. Problems are unknown keys, names given twice, roles that no realm has, what is no argon2id hash and,
 * in production, the users that are shipped for development, known by their hash or their password.
 */
export async function readUsersFile(
  file: string | undefined,
  context: UsersFileContext,
): Promise<UsersFile> {
  if (file === undefined) return { users: [], problems: [] };
  const { node, problems: unreadable } = await readConfigurationFile(file);
  if (node === undefined || unreadable.length > 0) return { users: [], problems: unreadable };
  const { value, problems } = validate(usersSchema, node);
  const users = value?.users ?? [];
  const shipped = context.production ? await findDevelopmentUsers(node, users) : [];
  return { users, problems: [...problems, ...checkEntries(node, users, context), ...shipped] };
}

function checkEntries(
  root: ConfigNode,
  users: readonly UserEntry[],
  { roles }: UsersFileContext,
): readonly ConfigProblem[] {
  const names = users.map((user) => user.username);
  return users.flatMap(({ username, role }, index) => {
    const problems: ConfigProblem[] = [];
    if (names.indexOf(username) !== index) {
      problems.push(problem(root, ['users', index, 'username'], 'each user once'));
    }
    if (roles?.includes(role) === false) {
      problems.push(problem(root, ['users', index, 'role'], 'a role of one of the realms'));
    }
    return problems;
  });
}

async function findDevelopmentUsers(
  root: ConfigNode,
  users: readonly UserEntry[],
): Promise<readonly ConfigProblem[]> {
  const passwords = new PasswordVerifier();
  const problems: ConfigProblem[] = [];
  for (const [index, { username, password }] of users.entries()) {
    const known = DEVELOPMENT_USERS.get(username);
    const isKnown =
      isDevelopmentSecret(password) ||
      (known !== undefined && (await passwords.verify(password, known)));
    if (!isKnown) continue;
    const message = 'expected a user of your own in production, found one shipped for development';
    problems.push({ ...problem(root, ['users', index, 'password'], ''), message });
  }
  await passwords.close();
  return problems;
}
