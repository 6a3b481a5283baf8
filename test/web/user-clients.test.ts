import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { LocalClient, Principal } from '../../src/router/index.js';
import { HttpProblem } from '../../src/web/http-problem.js';
import { UserClients, type UserClientsOptions } from '../../src/web/user-clients.js';
import { Deferred } from '../auth/support/deferred.js';

const PRINCIPAL: Principal = {
  ...{ authid: 'alice', authrole: 'user', authmethod: 'jwt', authprovider: 'jwt' },
};

interface OpenClient {
  readonly end: () => void;
  isClosed: boolean;
}

function setUp(
  t: TestContext,
  options: Partial<UserClientsOptions> = {},
): { clients: UserClients; opened: OpenClient[] } {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const opened: OpenClient[] = [];
  const connect = (): Pick<LocalClient, 'call' | 'publish' | 'closed' | 'close'> => {
    const closed = new Deferred<string>();
    const client: OpenClient = {
      isClosed: false,
      end: () => {
        closed.resolve('ended');
      },
    };
    opened.push(client);
    return {
      call: () => Promise.resolve({ args: [opened.length], kwargs: {} }),
      publish: () => Promise.resolve(opened.length),
      closed: closed.promise,
      close: () => {
        client.isClosed = true;
        closed.resolve('closed');
      },
    };
  };
  const clients = new UserClients({ connect, ...options });
  t.after(() => {
    clients.close();
  });
  return { clients, opened };
}

const publish = (clients: UserClients, identity: string): Promise<number> =>
  clients.run(identity, PRINCIPAL, (client) => client.publish('a.b'));

const closedOf = (opened: readonly OpenClient[]): readonly boolean[] =>
  opened.map(({ isClosed }) => isClosed);

const statusOf = (status: number) => (error: unknown) =>
  error instanceof HttpProblem && error.status === status;

describe('UserClients', () => {
  it('share a session among the requests of one identity, and no others', async (t) => {
    const { clients, opened } = setUp(t);
    await publish(clients, 'alice');
    await Promise.all([publish(clients, 'alice'), publish(clients, 'alice')]);
    assert.equal(opened.length, 1);
    await publish(clients, 'bob');
    assert.equal(opened.length, 2);
  });

  it('end a session that nobody has used for the idle time, counted from the last use', async (t) => {
    const { clients, opened } = setUp(t, { idleMs: 1000 });
    await publish(clients, 'alice');
    t.mock.timers.tick(999);
    await publish(clients, 'alice');
    t.mock.timers.tick(999);
    assert.deepEqual(closedOf(opened), [false]);
    t.mock.timers.tick(1);
    assert.deepEqual(closedOf(opened), [true]);
    assert.equal(clients.size, 0);
  });

  it('keep one that is in use, however long that takes', async (t) => {
    const { clients, opened } = setUp(t, { idleMs: 1000 });
    const slow = new Deferred<number>();
    const running = clients.run('alice', PRINCIPAL, () => slow.promise);
    await publish(clients, 'alice');
    t.mock.timers.tick(5000);
    assert.deepEqual(closedOf(opened), [false]);
    slow.resolve(7);
    assert.equal(await running, 7);
    t.mock.timers.tick(1000);
    assert.deepEqual(closedOf(opened), [true]);
  });

  it('open another one after the router has ended it', async (t) => {
    const { clients, opened } = setUp(t);
    await publish(clients, 'alice');
    opened[0]?.end();
    await Promise.resolve();
    assert.equal(clients.size, 0);
    await publish(clients, 'alice');
    assert.equal(opened.length, 2);
  });

  it('refuse with 429 what is too much for one at a time', async (t) => {
    const { clients } = setUp(t, { requests: 1 });
    const slow = new Deferred<number>();
    const running = clients.run('alice', PRINCIPAL, () => slow.promise);
    await assert.rejects(publish(clients, 'alice'), statusOf(429));
    assert.equal(await publish(clients, 'bob'), 2);
    slow.resolve(1);
    await running;
  });

  it('let the one that was unused for longest give way, and refuse with 503 when all are in use', async (t) => {
    const { clients, opened } = setUp(t, { max: 2 });
    await publish(clients, 'alice');
    await publish(clients, 'bob');
    await publish(clients, 'alice');
    await publish(clients, 'carol');
    assert.deepEqual(closedOf(opened), [false, true, false]);
    const slow = new Deferred<number>();
    const running = ['alice', 'carol'].map((identity) =>
      clients.run(identity, PRINCIPAL, () => slow.promise),
    );
    await assert.rejects(publish(clients, 'dave'), statusOf(503));
    slow.resolve(1);
    await Promise.all(running);
  });

  it('end all when they are closed, and pass on what goes wrong', async (t) => {
    const { clients, opened } = setUp(t);
    await assert.rejects(
      clients.run('alice', PRINCIPAL, () => Promise.reject(new RangeError('x'))),
      RangeError,
    );
    await publish(clients, 'bob');
    clients.close();
    clients.close();
    assert.ok(opened.every(({ isClosed }) => isClosed));
    assert.equal(clients.size, 0);
  });
});
