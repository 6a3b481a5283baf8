import { createHmac, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An HMAC key that the generator shares with the application, and the user for whom it signs. */
export interface BenchKey {
  readonly kid: string;
  readonly secret: string;
  readonly user: string;
}

/** What the application's configuration needs to know. */
export interface BenchConfig {
  readonly key: BenchKey;
  readonly host: string;
  readonly realm: string;
}

const ISSUER = 'expressway';
const AUDIENCE = 'wamp';
const ROLE = 'admin';
/** Nobody connects to the trusted listener here, but it is there, and its role is nobody else's. */
const TRUSTED_ROLE = 'trusted';
const TOKEN_LIFE_S = 3_600;
/** Far above what the generator can reach: every limit is checked, none is met. */
const NEVER_MET = 10_000_000;

/** A fresh 256-bit key. */
export function newKey(): BenchKey {
  return { kid: 'bench', secret: randomBytes(32).toString('base64url'), user: 'bench' };
}

/** A token as the application itself issues it, valid for an hour. */
export function signToken({ kid, secret, user }: BenchKey): string {
  const now = Math.floor(Date.now() / 1000);
  const head = encode({ alg: 'HS256', typ: 'JWT', kid });
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: user, iat: now, exp: now + TOKEN_LIFE_S };
  const signed = `${head}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/**
 * Writes `config.yaml` and `users.yaml` into the directory and answers the configuration's path. Both listeners take any
 * free port. The permissions are those of the role `admin` in development.
 */
export function writeConfig(directory: string, { key, host, realm }: BenchConfig): string {
  const users = join(directory, 'users.yaml');
  const path = join(directory, 'config.yaml');
  const user = { username: key.user, role: ROLE, password: unknownPassword() };
  write(users, { users: [user] });
  write(path, {
    public: { host, port: 0 },
    trusted: { host, port: 0, role: TRUSTED_ROLE },
    realms: [
      { name: realm, roles: [{ name: ROLE, permissions: [permission()] }, { name: TRUSTED_ROLE }] },
    ],
    auth: {
      users: { provider: 'file', path: users },
      jwt: {
        issuer: ISSUER,
        audience: AUDIENCE,
        keys: [{ kid: key.kid, alg: 'HS256', secret: key.secret, sign: true }],
      },
      session: { cookie: 'sid', secret: randomBytes(32).toString('base64url') },
    },
    limits: {
      messages_per_second: NEVER_MET,
      burst: NEVER_MET,
      sessions_per_user: NEVER_MET,
      sessions: NEVER_MET,
      subscriptions: NEVER_MET,
      unauthenticated: NEVER_MET,
      per_ip_unauthenticated: NEVER_MET,
    },
    drain: { duration: '0s' },
    log: { level: 'warn' },
  });
  return path;
}

function permission(): object {
  const allow = { publish: true, subscribe: true, call: true, register: true };
  return { uri: 'com.example.', match: 'prefix', allow };
}

/** A well-formed argon2id hash of nothing: this user never logs in by password. */
function unknownPassword(): string {
  const salt = randomBytes(16).toString('base64').replaceAll('=', '');
  const hash = randomBytes(32).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${hash}`;
}

/** JSON is YAML. */
function write(path: string, value: object): void {
  writeFileSync(path, JSON.stringify(value, undefined, 2), { mode: 0o600 });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
