import { PasswordVerifier } from '../auth/users/password-verifier.js';
import type { UserEntry } from '../auth/users/memory-users.js';
import type { UserCredentials } from '../auth/users/user-provider.js';
import type { ConfigNode, ConfigPath } from './config-node.js';
import type { ConfigProblem } from './config-error.js';
import { readConfigurationFile } from './configuration-file.js';
import { DEVELOPMENT_USERS, isDevelopmentSecret } from './known-secrets.js';
import { usersSchema, type UserInput } from './users-schema.js';
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
 * Reads a users file (YAML); no file, no users. Problems are unknown keys, names and ids given twice, roles that no realm has, what is no
 * argon2id hash, users without any credential and, in production, what is shipped for development, known by itself or by the password.
 */
export async function readUsersFile(
  file: string | undefined,
  context: UsersFileContext,
): Promise<UsersFile> {
  if (file === undefined) return { users: [], problems: [] };
  const { node, problems: unreadable } = await readConfigurationFile(file);
  if (node === undefined || unreadable.length > 0) return { users: [], problems: unreadable };
  const { value, problems } = validate(usersSchema, node);
  const users = (value?.users ?? []).map(toEntry);
  const shipped = context.production ? await findDevelopmentUsers(node, users) : [];
  return { users, problems: [...problems, ...checkEntries(node, users, context), ...shipped] };
}

/** The user that an entry of the file describes. */
export function toEntry(input: UserInput): UserEntry {
  const { username, role, password, disabled, id, roles, tokens_valid_from: validFrom } = input;
  const credentials = toCredentials(input);
  return {
    username,
    role,
    disabled,
    ...(id === undefined ? {} : { id }),
    ...(roles === undefined ? {} : { roles }),
    ...(password === undefined ? {} : { password }),
    ...(validFrom === undefined ? {} : { tokensValidFrom: validFrom }),
    ...(Object.keys(credentials).length === 0 ? {} : { credentials }),
  };
}

function toCredentials({ wampcra, scram, public_keys, certificates }: UserInput): UserCredentials {
  return {
    ...(wampcra === undefined ? {} : { wampcra }),
    ...(scram === undefined ? {} : { scram: toScram(scram) }),
    ...(public_keys === undefined ? {} : { publicKeys: public_keys }),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

type ScramInput = NonNullable<UserInput['scram']>;

const toScram = ({
  stored_key: storedKey,
  server_key: serverKey,
  autobahn,
  ...derivation
}: ScramInput): UserCredentials['scram'] => ({
  ...derivation,
  storedKey,
  serverKey,
  ...(autobahn && {
    autobahn: { storedKey: autobahn.stored_key, serverKey: autobahn.server_key },
  }),
});

function checkEntries(
  root: ConfigNode,
  users: readonly UserEntry[],
  { roles: known }: UsersFileContext,
): readonly ConfigProblem[] {
  return [
    ...findRepeated(root, users),
    ...users.flatMap(({ role, roles = [] }, index) =>
      [role, ...roles].flatMap((each, place) => {
        if (known?.includes(each) !== false) return [];
        const key = place === 0 ? ['role'] : ['roles', place - 1];
        return problem(root, ['users', index, ...key], 'a role of one of the realms');
      }),
    ),
  ];
}

function findRepeated(root: ConfigNode, users: readonly UserEntry[]): readonly ConfigProblem[] {
  const names = new Set<string>();
  const ids = new Set<string>();
  return users.flatMap(({ username, id = username }, index) => {
    const isKnownName = names.has(username);
    const isKnownId = ids.has(id);
    names.add(username);
    ids.add(id);
    if (isKnownName) return problem(root, ['users', index, 'username'], 'each user once');
    if (!isKnownId) return [];
    const path = ['users', index, id === username ? 'username' : 'id'];
    return problem(root, path, 'each id once, and a username without an id is one');
  });
}

async function findDevelopmentUsers(
  root: ConfigNode,
  users: readonly UserEntry[],
): Promise<readonly ConfigProblem[]> {
  const passwords = new PasswordVerifier();
  const problems: ConfigProblem[] = [];
  for (const [index, user] of users.entries()) {
    const keys = findDevelopmentSecrets(user);
    if (await hasDevelopmentPassword(user, passwords)) keys.unshift(['password']);
    for (const key of keys) {
      const message =
        'expected a user of your own in production, found one shipped for development';
      problems.push({ ...problem(root, ['users', index, ...key], ''), message });
    }
  }
  await passwords.close();
  return problems;
}

async function hasDevelopmentPassword(
  { username, password }: UserEntry,
  passwords: PasswordVerifier,
): Promise<boolean> {
  if (password === undefined) return false;
  const known = DEVELOPMENT_USERS.get(username);
  if (isDevelopmentSecret(password)) return true;
  return known !== undefined && passwords.verify(password, known);
}

/** The keys of a user under which something stands that is shipped for development, but for the password. */
function findDevelopmentSecrets({ credentials: { wampcra, scram } = {} }: UserEntry): ConfigPath[] {
  const secrets = [
    [['wampcra', 'secret'], wampcra?.secret],
    [['scram', 'stored_key'], scram?.storedKey],
  ] as const;
  return secrets.flatMap(([key, secret]) =>
    secret !== undefined && isDevelopmentSecret(secret) ? [key] : [],
  );
}
