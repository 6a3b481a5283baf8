import type {
  ScramCredentials,
  User,
  UserCredentials,
  WampCraCredentials,
} from './user-provider.js';

/**
 * The user that somebody else's code answered; undefined for undefined and null. Throws TypeError, naming the field that is not as it must
 * be and never what is in it. Fields that no user has are left out.
 */
export function parseUser(value: unknown): User | undefined {
  if (value === undefined || value === null) return undefined;
  const user = fieldsOf(value, 'user');
  const role = text(user, 'role');
  const roles = user['roles'] === undefined ? [] : texts(user, 'roles');
  const tokensValidFrom = optional(user, 'tokensValidFrom', number);
  const credentials = optional(user, 'credentials', (of, name) => parseCredentials(of[name]));
  return {
    id: user['id'] === undefined ? text(user, 'username') : text(user, 'id'),
    username: text(user, 'username'),
    role,
    roles: [...new Set([role, ...roles])],
    ...(tokensValidFrom === undefined ? {} : { tokensValidFrom }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parseCredentials(value: unknown): UserCredentials {
  const all = fieldsOf(value, 'credentials');
  const wampcra = optional(all, 'wampcra', (of, name) => parseWampCra(of[name]));
  const scram = optional(all, 'scram', (of, name) => parseScram(of[name]));
  const publicKeys = optional(all, 'publicKeys', digests);
  const certificates = optional(all, 'certificates', digests);
  return {
    ...(wampcra === undefined ? {} : { wampcra }),
    ...(scram === undefined ? {} : { scram }),
    ...(publicKeys === undefined ? {} : { publicKeys }),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

function parseWampCra(value: unknown): WampCraCredentials {
  const fields = fieldsOf(value, 'wampcra');
  return {
    secret: text(fields, 'secret'),
    salt: optional(fields, 'salt', text),
    iterations: optional(fields, 'iterations', number),
    keylen: optional(fields, 'keylen', number),
  };
}

function parseScram(value: unknown): ScramCredentials {
  const fields = fieldsOf(value, 'scram');
  const kdf = fields['kdf'];
  if (kdf !== 'pbkdf2' && kdf !== 'argon2id-13') throw wrong('kdf', 'pbkdf2 or argon2id-13');
  const autobahn = optional(fields, 'autobahn', (of, name) => parseKeys(fieldsOf(of[name], name)));
  return {
    kdf,
    salt: text(fields, 'salt'),
    iterations: number(fields, 'iterations'),
    memory: optional(fields, 'memory', number),
    ...parseKeys(fields),
    ...(autobahn === undefined ? {} : { autobahn }),
  };
}

const parseKeys = (fields: Fields): Pick<ScramCredentials, 'storedKey' | 'serverKey'> => ({
  storedKey: text(fields, 'storedKey'),
  serverKey: text(fields, 'serverKey'),
});

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null) throw wrong(name, 'an object');
  return Object.fromEntries(Object.entries(value));
}

function optional<T>(
  fields: Fields,
  name: string,
  read: (fields: Fields, name: string) => T,
): T | undefined {
  return fields[name] === undefined ? undefined : read(fields, name);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(name, 'text');
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(name, 'a number');
}

function texts(fields: Fields, name: string): readonly string[] {
  const value: unknown = fields[name];
  if (!Array.isArray(value)) throw wrong(name, 'a list of texts');
  return value.map((each: unknown) => text({ [name]: each }, name));
}

function digests(fields: Fields, name: string): readonly string[] {
  const values = texts(fields, name);
  if (values.every((value) => /^[0-9a-f]{64}$/u.test(value))) return values;
  throw wrong(name, 'a list of 64 hex digits each, in lower case');
}

const wrong = (name: string, expected: string): TypeError =>
  new TypeError(`expected ${expected} as ${name} of a user`);
