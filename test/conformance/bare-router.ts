import { createServer } from 'node:http';

import {
  AuthenticationRefused,
  DEFAULT_SESSION_LIMITS,
  Router,
  WebSocketListener,
} from '../../src/router/index.js';
import type { Authenticator, Authorizer } from '../../src/router/index.js';
import { allSerializers } from '../../src/router/serializer/all-serializers.js';
import type { DisposableRouter, Target } from './target.js';

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
  authorize: (_principal, _action, uri) => uri.startsWith('com.example.'),
};

/** Starts a router without an application around it: two realms, a listener that wants a token at /ws and one that does not at /. */
export async function startBareRouter(): Promise<DisposableRouter> {
  const router = new Router({ authMs: 1000 });
  for (const name of ['realm1', 'realm2'])
    router.addRealm({ name, authorizer: belowExample, roles: new Map([['admin', {}]]) });
  const server = createServer();
  const listen = (path: string, authenticator: Authenticator): WebSocketListener => {
    const listener = new WebSocketListener({
      name: path,
      path,
      serializers: allSerializers(),
      guards: [],
      onconnection: (transport) => {
        router.attach(transport, {
          authenticators: [authenticator],
          requestIds: 'strict',
          limits: DEFAULT_SESSION_LIMITS,
        });
      },
    });
    listener.attach(server);
    return listener;
  };
  const listeners = [listen('/ws', jwt), listen('/', open)];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const host = `ws://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const target: Target = {
    url: `${host}/ws`,
    serializer: 'json',
    realm: 'realm1',
    prefix: 'com.example.',
    token: TOKEN,
    refusedTokens: [REFUSED],
    openUrl: `${host}/`,
    forbiddenPrefix: 'net.example.',
    otherRealm: 'realm2',
    strictRequestIds: true,
    oversizedBytes: 64 * 1024,
    timeoutMs: 2000,
    handshakeTimeoutMs: 5000,
    startAnother: startBareRouter,
  };
  const shutdown = async (): Promise<void> => {
    await router.close('shutdown');
    for (const listener of listeners) listener.close();
    await new Promise((resolve) => server.close(resolve));
  };
  return { target, entrances: { websocket: target.url }, shutdown };
}
