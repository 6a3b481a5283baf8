import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import WebSocket from 'ws';
import { z } from 'zod';
import { startStatusService } from '../../examples/status-service/service.js';
import { repositoryFile } from '../../examples/repository.js';
import { startApplication, type Application } from '../../src/application.js';
import { loadConfig } from '../../src/config/load.js';
import type { Logger } from '../../src/router/index.js';
import { startPostgresCluster } from './postgres-cluster.js';
import { silentLog } from './silent-log.js';

describe('status service, router and a subscriber with a token', () => {
  it('brings a change to the subscriber within 250 ms', async (t) => {
    const { put, subscriber } = await setUp(t);
    const delays: number[] = [];
    for (let round = 1; round <= 5; round += 1) {
      const begun = performance.now();
      const entity = await put('ryan', `round ${round}`);
      const [, , , , args, kwargs] = await subscriber.next(EVENT);
      delays.push(performance.now() - begun);
      deepEqual([args, kwargs], [[], entity]);
    }
    const median = delays.sort((a, b) => a - b)[2] ?? Infinity;
    ok(median < 250, `median of ${delays.map(Math.round).join(', ')} ms`);
  });

  it('tells of a removal', async (t) => {
    const { put, remove, subscriber } = await setUp(t);
    await put('ryan', 'here');
    await subscriber.next(EVENT);
    await remove('ryan');
    const [, , , , , kwargs] = await subscriber.next(EVENT);
    const { changed_at, ...rest } = z.record(z.string(), z.unknown()).parse(kwargs);
    deepEqual(rest, { user: 'ryan', status: 'busy', message: 'here', version: 2 });
    equal(typeof changed_at, 'string');
  });

  it('answers the snapshot with the high-water mark', async (t) => {
    const { put, subscriber } = await setUp(t);
    const first = await put('ryan', 'one');
    const second = await put('ada', 'two');
    await subscriber.next(EVENT); // so the session of the service is open, and its procedure asked for
    deepEqual(await subscriber.call('com.example.status.list'), [
      [[second, first]],
      { version: 2 },
    ]);
  });

  it('delivers what was changed while the router was down, in order, once it is back', async (t) => {
    await survivesDowntime(t, undefined);
  });

  it('does so with PostgreSQL too', async (t) => {
    const cluster = await startPostgresCluster();
    t.after(() => cluster.close());
    await survivesDowntime(t, cluster.createDatabase());
  });
});

async function survivesDowntime(t: TestContext, databaseUrl: string | undefined): Promise<void> {
  const { put, relay, application } = await setUp(t, databaseUrl);
  relay.target = undefined;
  await application.close();
  const entities = [await put('ryan', '1'), await put('ada', '2'), await put('ryan', '3')];
  const back = await startRouter(t);
  const subscriber = await subscribe(t, back);
  relay.target = back.trustedUrl;
  const events = [
    await subscriber.next(EVENT),
    await subscriber.next(EVENT),
    await subscriber.next(EVENT),
  ];
  deepEqual(
    events.map((event) => event[5]),
    entities,
  );
  deepEqual(await subscriber.call('com.example.status.list'), [
    [[entities[1], entities[2]]],
    { version: 3 },
  ]);
}

const [HELLO, CHALLENGE, WELCOME, AUTHENTICATE] = [1, 4, 2, 5];
const [SUBSCRIBE, SUBSCRIBED, EVENT, CALL, RESULT] = [32, 33, 36, 48, 50];
const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

interface Relay {
  readonly url: string;
  /** The trusted URL of the router; undefined cuts all connections and refuses new ones, as a router that is down does. */
  target: string | undefined;
}

interface Subscriber {
  readonly next: (type: number) => Promise<readonly unknown[]>;
  /** The args and kwargs of the RESULT. */
  readonly call: (procedure: string) => Promise<readonly unknown[]>;
}

async function setUp(
  t: TestContext,
  databaseUrl?: string,
): Promise<{
  put: (user: string, message: string) => Promise<unknown>;
  remove: (user: string) => Promise<void>;
  subscriber: Subscriber;
  relay: Relay;
  application: Application;
}> {
  const application = await startRouter(t);
  const subscriber = await subscribe(t, application);
  const relay = await startRelay(t);
  relay.target = application.trustedUrl;
  const service = await startStatusService({
    port: 0,
    trustedUrl: relay.url,
    realm: 'realm1',
    databaseUrl,
    databaseFile: ':memory:',
    log: silentLog,
  });
  t.after(() => service.close());
  const url = `http://127.0.0.1:${service.port}/statuses/`;
  return {
    application,
    subscriber,
    relay,
    put: async (user, message) => {
      const response = await fetch(url + user, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status: 'busy', message }),
      });
      return response.json();
    },
    remove: async (user) => {
      equal((await fetch(url + user, { method: 'DELETE' })).status, 204);
    },
  };
}

async function startRouter(t: TestContext): Promise<Application> {
  const { config, users } = await loadConfig(repositoryFile('config/development.yaml'), {
    EXPRESSWAY_PUBLIC__PORT: '0',
    EXPRESSWAY_TRUSTED__PORT: '0',
    EXPRESSWAY_DRAIN__DURATION: '0s',
    EXPRESSWAY_AUTH__SESSION__FILE: '',
  });
  const application = await startApplication({ config, users, logger: quiet });
  t.after(() => application.close());
  return application;
}

/** A TCP relay before the trusted URL, so that a test says when the service finds a router. */
async function startRelay(t: TestContext): Promise<Relay> {
  const sockets = new Set<Socket>();
  let target: string | undefined;
  const server = createServer((near) => {
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(Number(new URL(target).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  ok(typeof address === 'object' && address !== null);
  return {
    url: `ws://127.0.0.1:${address.port}/`,
    get target() {
      return target;
    },
    set target(url) {
      target = url;
      if (url === undefined) cut();
    },
  };
}

/** Joins with a token of the admin, and subscribes to all that is said of statuses. */
async function subscribe(t: TestContext, { publicUrl }: Application): Promise<Subscriber> {
  const authorization = `Basic ${Buffer.from('admin:kitten').toString('base64')}`;
  const answer = await fetch(`${publicUrl}/get_token`, { headers: { authorization } });
  const token = await answer.text();
  const socket = new WebSocket(publicUrl.replace('http', 'ws') + '/ws', 'wamp.2.json');
  t.after(() => {
    socket.terminate();
  });
  const inbox: (readonly unknown[])[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    inbox.push(z.array(z.unknown()).parse(JSON.parse(data.toString())));
    wake();
  });
  await once(socket, 'open');
  const send = (message: readonly unknown[]): void => {
    socket.send(JSON.stringify(message));
  };
  const next = async (type: number): Promise<readonly unknown[]> => {
    for (;;) {
      const index = inbox.findIndex((message) => message[0] === type);
      const [message] = index < 0 ? [] : inbox.splice(index, 1);
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  send([HELLO, 'realm1', { roles: { subscriber: {}, caller: {} }, authmethods: ['jwt'] }]);
  await next(CHALLENGE);
  send([AUTHENTICATE, token, {}]);
  await next(WELCOME);
  send([SUBSCRIBE, 1, {}, 'com.example.status.changed']);
  await next(SUBSCRIBED);
  send([SUBSCRIBE, 2, {}, 'com.example.status.removed']);
  await next(SUBSCRIBED);
  let request = 2;
  const call = async (procedure: string): Promise<readonly unknown[]> => {
    request += 1;
    send([CALL, request, {}, procedure]);
    const [, , , ...payload] = await next(RESULT);
    return payload;
  };
  return { next, call };
}
