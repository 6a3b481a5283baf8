import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { ListenOptions, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  allSerializers,
  AuthenticationRefused,
  DEFAULT_SESSION_LIMITS,
  RawSocketListener,
  Router,
  WebSocketListener,
} from '../../src/router/index.js';
import type {
  Authenticator,
  Authorizer,
  WebSocketListenerOptions,
} from '../../src/router/index.js';
import { LongPollListener } from '../../src/router/transport/longpoll/longpoll-listener.js';
import { HISTORY_PREFIX, HISTORY_RULES } from './history-rules.js';
import type { DisposableRouter, Target } from './target.js';

const TRUST_LEVEL = 3;
const TOKEN = 'e30.eyJzdWIiOiJhZG1pbiJ9.c2ln';
const REFUSED = 'e30.eyJzdWIiOiJyb290In0.c2ln';

/** Takes one token, as the real one does whose business the router is not to know. */
const jwt: Authenticator = {
  authmethod: 'jwt',
  authenticate: async ({ challenge, details }) => {
    const { signature } = await challenge('jwt', {});
    const { authid } = details;
    if (signature !== TOKEN || (authid !== undefined && authid !== 'admin'))
      throw new AuthenticationRefused('wamp.error.authentication_denied', 'no');
    return { authid: 'admin', authrole: 'admin', authmethod: 'jwt', authprovider: 'static' };
  },
};

const open: Authenticator = {
  authmethod: undefined,
  authenticate: () =>
    Promise.resolve({
      authid: 'trusted',
      authrole: 'admin',
      authmethod: 'trusted',
      authprovider: 'static',
    }),
};

const belowExample: Authorizer = {
  authorize: ({ authid }, _action, uri) =>
    uri.startsWith('com.example.') || (uri.startsWith('wamp.') && authid !== 'trusted'),
};

/** The realms that the cases ask for. */
function addRealms(router: Router): void {
  const roles = new Map([['admin', { trustLevel: TRUST_LEVEL }]]);
  const usual = { authorizer: belowExample, roles };
  const history = HISTORY_RULES.map(({ uri, match, events }) => ({ uri, match, events }));
  router.addRealm({ ...usual, name: 'realm1', history });
  router.addRealm({ ...usual, name: 'realm2' });
  router.addRealm({ ...usual, name: 'wide', authorizer: { authorize: () => true } });
  router.addRealm({ ...usual, name: 'strict', hasStrictUris: true });
  router.addRealm({ ...usual, name: 'forgetful', retention: { topics: 0, bytes: 1_000_000 } });
  router.addRealm({ ...usual, name: 'open', disclosure: 'always' });
  router.addRealm({ ...usual, name: 'closed', disclosure: 'never' });
}

/**
 * Starts a router without an application around it: two realms, a WebSocket listener that wants a token at /ws and one that does not at /,
 * and listeners for RawSocket (TCP and Unix socket) and HTTP long-poll that want a token.
 */
export async function startBareRouter(): Promise<DisposableRouter> {
  const router = new Router({ authMs: 1000 });
  addRealms(router);
  const closings: (() => unknown)[] = [];
  const web = await startWeb(router, closings);
  const rawSocket = await startRawSocket(router, closings);
  const host = `127.0.0.1:${web}`;
  const target: Target = {
    url: `ws://${host}/ws`,
    serializer: 'json',
    realm: 'realm1',
    prefix: 'com.example.',
    token: TOKEN,
    refusedTokens: [REFUSED],
    openUrl: `ws://${host}/`,
    forbiddenPrefix: 'net.example.',
    otherRealm: 'realm2',
    strictRequestIds: true,
    oversizedBytes: 64 * 1024,
    timeoutMs: 2000,
    handshakeTimeoutMs: 5000,
    startAnother: startBareRouter,
    unrestrictedRealm: 'wide',
    strictRealm: 'strict',
    mayKill: true,
    withoutMetaUrl: `ws://${host}/`,
    historyPrefix: HISTORY_PREFIX,
    unretainedRealm: 'forgetful',
    disclosingRealm: 'open',
    undisclosedRealm: 'closed',
    trustLevel: TRUST_LEVEL,
  };
  const shutdown = async (): Promise<void> => {
    await router.close('shutdown');
    for (const close of closings) await close();
  };
  const entrances = { websocket: target.url, longpoll: `http://${host}/lp`, ...rawSocket };
  return { target, entrances, shutdown };
}

/** How connections come to a router that want a token, or none. */
const served = (
  router: Router,
  authenticator: Authenticator,
): Pick<WebSocketListenerOptions, 'serializers' | 'onconnection'> => ({
  serializers: allSerializers(),
  onconnection: (transport) => {
    router.attach(transport, {
      authenticators: [authenticator],
      requestIds: 'strict',
      // Cases that wait together are all the same user's.
      limits: { ...DEFAULT_SESSION_LIMITS, sessionsPerUser: 200 },
    });
  },
});

/** WebSocket and HTTP long-poll; gives the port. */
async function startWeb(router: Router, closings: (() => unknown)[]): Promise<number> {
  const longPoll = new LongPollListener({
    ...served(router, jwt),
    name: 'longpoll',
    path: '/lp',
    guards: [],
  });
  const server = createHttpServer((request, response) => {
    if (!longPoll.handle(request, response)) response.writeHead(404).end();
  });
  closings.push(() => {
    longPoll.close();
  });
  for (const [path, authenticator] of [
    ['/ws', jwt],
    ['/', open],
  ] as const) {
    const options = { ...served(router, authenticator), name: path, path, guards: [] };
    const listener = new WebSocketListener(options);
    listener.attach(server);
    closings.push(() => {
      listener.close();
    });
  }
  await listen(server, { host: '127.0.0.1', port: 0 }, closings);
  return portOf(server);
}

/** RawSocket on a port and on a Unix socket; gives their addresses. */
async function startRawSocket(
  router: Router,
  closings: (() => unknown)[],
): Promise<DisposableRouter['entrances']> {
  const listener = new RawSocketListener({ ...served(router, jwt), name: 'rawsocket' });
  closings.push(() => {
    listener.close();
  });
  const [overTcp, overUnix] = [createServer(), createServer()];
  listener.attach(overTcp);
  listener.attach(overUnix);
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const path = join(folder, 'rawsocket');
  await listen(overTcp, { host: '127.0.0.1', port: 0 }, closings);
  await listen(overUnix, { path }, closings);
  closings.push(() => rm(folder, { recursive: true }));
  return {
    rawsocket: `tcp://127.0.0.1:${portOf(overTcp)}`,
    'rawsocket by unix socket': `unix:${path}`,
  };
}

async function listen(
  server: Server,
  at: ListenOptions,
  closings: (() => unknown)[],
): Promise<void> {
  server.listen(at);
  await once(server, 'listening');
  closings.push(() => new Promise((resolve) => server.close(resolve)));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
