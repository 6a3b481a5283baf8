import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { startApplication } from '../../src/application.js';
import type { ListenerConfig } from '../../src/config/listener-config.js';
import { loadConfig } from '../../src/config/load.js';
import type { Config, RealmConfig, RoleConfig } from '../../src/config/config.js';
import { isDict, silentLogger } from '../../src/router/index.js';
import { HISTORY_PREFIX, HISTORY_RULES } from './history-rules.js';
import type { DisposableRouter, Target } from './target.js';
import { SERIALIZERS } from './wire/wire-format.js';

const DEVELOPMENT = fileURLToPath(new URL('../../../config/development.yaml', import.meta.url));
const DEVELOPMENT_KEY = 'development-only token key 4f1c9a7be03d52684f7190ab';
/** Long enough for any machine, short enough to wait for. */
const HANDSHAKE_MS = 3000;
const TRUST_LEVEL = 3;
const ALL = { publish: true, subscribe: true, call: true, register: true };

/**
 * Starts the application as in development, on ports of its own and with a second realm, and gets a token as a browser does: its
 * public listener is the one under test.
 */
export async function startApplicationTarget(): Promise<DisposableRouter> {
  const environment = {
    EXPRESSWAY_PUBLIC__PORT: '0',
    EXPRESSWAY_TRUSTED__PORT: '0',
    EXPRESSWAY_AUTH__SESSION__FILE: '',
  };
  const { config, users } = await loadConfig(DEVELOPMENT, environment);
  const application = await startApplication({
    config: {
      ...config,
      public: { ...config.public, serializers: SERIALIZERS, longPollPath: '/longpoll' },
      listeners: [rawSocketListener(config)],
      realms: config.realms.flatMap(variants),
      limits: { ...config.limits, authMs: HANDSHAKE_MS },
    },
    users,
    logger: silentLogger,
  });
  const token = await getToken(application.publicUrl);
  const url = `${application.publicUrl.replace('http', 'ws')}${config.public.wsPath}`;
  const target: Target = {
    url,
    serializer: 'json',
    realm: 'realm1',
    prefix: 'com.example.',
    token,
    refusedTokens: refusedTokens(token),
    openUrl: application.trustedUrl,
    forbiddenPrefix: 'net.example.',
    otherRealm: 'realm2',
    strictRequestIds: true,
    oversizedBytes: 64 * 1024,
    timeoutMs: 5000,
    handshakeTimeoutMs: 2 * HANDSHAKE_MS,
    startAnother: startApplicationTarget,
    unrestrictedRealm: 'wide',
    strictRealm: 'strict',
    mayKill: true,
    withoutMetaUrl: application.trustedUrl,
    historyPrefix: HISTORY_PREFIX,
    unretainedRealm: 'forgetful',
    disclosingRealm: 'open',
    undisclosedRealm: 'closed',
    trustLevel: TRUST_LEVEL,
  };
  const rawsocket = application.listenerUrls.get('rawsocket') ?? '';
  const entrances = { websocket: url, rawsocket, longpoll: `${application.publicUrl}/longpoll` };
  return { target, entrances, shutdown: () => application.close('shutdown') };
}

/** A RawSocket listener for which the rules of the public one hold. */
const rawSocketListener = ({ public: { requestIds }, limits }: Config): ListenerConfig => ({
  name: 'rawsocket',
  type: 'rawsocket',
  address: { host: '127.0.0.1', port: 0 },
  path: '/',
  pingMs: undefined,
  admission: { isTrusted: false, authmethods: ['jwt'], allowedOrigins: [] },
  requestIds,
  serializers: SERIALIZERS.filter((name) => !name.endsWith('.batched')),
  tls: undefined,
  limits,
});

/** The realms that the cases ask for, made of the one of development, where users may use the meta API besides. */
function variants(realm: RealmConfig): readonly RealmConfig[] {
  const usual = { ...realm, roles: realm.roles.map((role) => withMeta(role)) };
  const wide = usual.roles.map((role) =>
    role.name === 'admin'
      ? {
          ...role,
          permissions: [...role.permissions, { uri: '', match: 'prefix', allow: ALL } as const],
        }
      : role,
  );
  return [
    { ...usual, history: HISTORY_RULES },
    { ...usual, name: 'realm2' },
    { ...usual, name: 'wide', roles: wide },
    { ...usual, name: 'strict', uriCheck: 'strict' },
    { ...usual, name: 'forgetful', retention: { ...realm.retention, topics: 0 } },
    { ...usual, name: 'open', disclosure: 'always' },
    { ...usual, name: 'closed', disclosure: 'never' },
  ];
}

/** The administrators have the meta API and a trust level, the backends may subscribe. */
function withMeta(role: RoleConfig): RoleConfig {
  const allowed = { match: 'prefix', allow: ALL } as const;
  if (role.name === 'admin')
    return {
      ...role,
      trustLevel: TRUST_LEVEL,
      permissions: [...role.permissions, { uri: 'wamp.', ...allowed }],
    };
  if (role.name !== 'trusted') return role;
  return { ...role, permissions: [{ uri: 'com.example.', ...allowed }] };
}

async function getToken(publicUrl: string): Promise<string> {
  const credentials = Buffer.from('admin:kitten').toString('base64');
  const response = await fetch(`${publicUrl}/get_token`, {
    headers: { authorization: `Basic ${credentials}` },
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`no token: ${response.status} ${body}`);
  return body;
}

/** The good token's siblings, each with one fault; those that differ in their claims are signed as the good one is. */
function refusedTokens(token: string): readonly string[] {
  const [header = '', payload = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  if (!isDict(claims)) throw new Error('a token without claims');
  const now = Math.floor(Date.now() / 1000);
  const faults = [
    { iat: now - 7200, exp: now - 3600 },
    { aud: 'somebody.else' },
    { iss: 'somebody.else' },
    { sub: 'nobody' },
    { exp: undefined },
    { exp: String(now + 60) },
    { nbf: now + 3600 },
  ];
  return [
    ...faults.map((fault) => sign(header, { ...claims, ...fault }, DEVELOPMENT_KEY)),
    sign(header, claims, 'some other key of at least thirty-two bytes'),
  ];
}

function sign(header: string, claims: object, key: string): string {
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
