import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { deriveScram, deriveWampCra } from '../../src/auth/users/derive-credentials.js';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import type { ScramCredentials } from '../../src/auth/users/user-provider.js';
import { startTestApplication } from './application.js';
import { ALICE, CLIENT_CA } from './client-certificates.js';
import { temporaryFolder } from './temporary-folder.js';
import { TLS_CERT, TLS_KEY } from './tls-pair.js';

/** The password of alice, and of paul for `scram` in PBKDF2. */
export const PASSWORD = 'correct horse';
/** The secret of wendy for `wampcra`, which is not salted. */
export const SECRET = 'battery staple';
/** The private key of alice for `cryptosign`, and its public half (WAMP 13.4.1, the second test vector). */
export const PRIVATE_KEY = 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd';
export const PUBLIC_KEY = '6ed32739ff04a6074044ff0b0e3bfc7c856bc9d5f1d25efc57363bda0af3a8b0';

/** Every authmethod of users, and `anonymous` at the end. */
export const METHODS = [
  'tls',
  'ticket',
  'wampcra',
  'scram',
  'wamp-scram',
  'cryptosign',
  'anonymous',
] as const;

/** The listeners of {@link startMethodsApplication}. */
export type MethodsListener = 'web' | 'devices' | 'wss' | 'tls' | 'mutual';

/** An application, and the URL of each of its listeners. */
export type MethodsApplication = Application & {
  readonly urlOf: (listener: MethodsListener) => string;
};

const scramEntry = ({ storedKey, serverKey, autobahn, ...rest }: ScramCredentials): object => ({
  ...rest,
  stored_key: storedKey,
  server_key: serverKey,
  ...(autobahn && { autobahn: { stored_key: autobahn.storedKey, server_key: autobahn.serverKey } }),
});

async function users(): Promise<object[]> {
  const argon2 = { kdf: 'argon2id-13', iterations: 1, memory: 1024 } as const;
  return [
    {
      username: 'alice',
      id: 'user-1',
      role: 'user',
      password: await hashPassword(PASSWORD),
      wampcra: await deriveWampCra(PASSWORD, 1000),
      scram: scramEntry(await deriveScram(PASSWORD, argon2)),
      public_keys: [PUBLIC_KEY],
      certificates: [new X509Certificate(ALICE.cert).fingerprint256],
    },
    { username: 'wendy', role: 'user', wampcra: { secret: SECRET } },
    {
      username: 'paul',
      role: 'user',
      scram: scramEntry(await deriveScram(PASSWORD, { kdf: 'pbkdf2', iterations: 4096 })),
    },
    { username: 'mallory', role: 'user', disabled: true, wampcra: { secret: SECRET } },
  ];
}

/**
 * Starts the application with users who have credentials for every method. Its listeners offer all {@link METHODS} that fit: `web` is a WebSocket,
 * `devices` a RawSocket, `wss` and `tls` the same with TLS, where a certificate may be given; `mutual` is a WebSocket that demands one.
 */
export async function startMethodsApplication(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<MethodsApplication> {
  const folder = temporaryFolder(t);
  const file = (name: string, text: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), text, { mode });
    return join(folder, name);
  };
  const tls = {
    cert_file: file('cert.pem', TLS_CERT),
    key_file: file('key.pem', TLS_KEY),
    client_ca_file: file('ca.pem', CLIENT_CA),
  };
  const plain = { port: 0, authmethods: METHODS.filter((each) => each !== 'tls') };
  const secure = { port: 0, authmethods: METHODS, tls };
  const application = await startTestApplication(t, {
    EXPRESSWAY_AUTH__USERS__PATH: file('users.yaml', JSON.stringify({ users: await users() })),
    EXPRESSWAY_AUTH__TICKET__KINDS: '[password]',
    EXPRESSWAY_AUTH__ANONYMOUS__ROLE: 'user',
    EXPRESSWAY_LISTENERS: JSON.stringify([
      { name: 'web', type: 'websocket', ...plain },
      { name: 'devices', type: 'rawsocket', ...plain },
      { name: 'wss', type: 'websocket', ...secure },
      { name: 'tls', type: 'rawsocket', ...secure },
      { name: 'mutual', type: 'websocket', ...secure, tls: { ...tls, client_cert: 'require' } },
    ]),
    ...environment,
  });
  return Object.assign(application, {
    urlOf: (listener: MethodsListener) => application.listenerUrls.get(listener) ?? '',
  });
}
