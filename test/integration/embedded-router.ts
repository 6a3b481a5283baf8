import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import express from 'express';
import {
  allSerializers,
  DEFAULT_SESSION_LIMITS,
  originGuard,
  RoleAuthorizer,
  Router,
  TrustedAuthenticator,
  WebSocketListener,
} from '../../src/index.js';

const LIVE = { uri: 'live.', match: 'prefix', allow: { subscribe: true, call: true } } as const;

/** An Express application of one's own in which everybody is a guest, and may listen to what it publishes and call what it offers. */
export async function startShop(): Promise<{ server: Server; close(): Promise<void> }> {
  const router = new Router();
  const authorizer = new RoleAuthorizer({ roles: new Map([['guest', [LIVE]]]) });
  router.addRealm({ name: 'realm1', authorizer, roles: new Map([['guest', {}]]) });
  const shop = router.connectLocal('realm1', { authid: 'shop', authrole: 'server' });
  await shop.register('live.stock', ({ args }) => ({ args: [args[0], 7], kwargs: {} }));

  const app = express();
  app.post('/orders', async (_request, response) => {
    await shop.publish('live.ordered', ['tea']);
    response.sendStatus(201);
  });
  const server = createServer(app);
  const authenticators = [new TrustedAuthenticator({ authrole: 'guest' })];
  const entrance = {
    authenticators,
    limits: DEFAULT_SESSION_LIMITS,
    requestIds: 'strict',
  } as const;
  const listener = new WebSocketListener({
    name: 'guests',
    path: '/ws',
    serializers: allSerializers(),
    guards: [originGuard([])],
    admits: (address) => router.admits(address),
    onconnection: (transport) => {
      router.attach(transport, entrance);
    },
  });
  listener.attach(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async (): Promise<void> => {
    listener.close();
    await router.close('restart');
    server.close();
  };
  return { server, close };
}
