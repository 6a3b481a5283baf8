import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';
import { startShop } from './embedded-router.js';

describe('a router in an Express application of one’s own', () => {
  it('serves the WebSocket on its port, with its own idea of who comes and what they may do', async (t) => {
    const shop = await startShop();
    t.after(() => shop.close());
    const address = shop.server.address();
    ok(typeof address === 'object' && address !== null);
    const url = `ws://127.0.0.1:${address.port}/ws`;
    const { session, details } = await startAutobahn(t, { url }).nextSession();
    equal(details['authrole'], 'guest');
    const orders = new Arrivals<unknown>();
    await session.subscribe('live.ordered', (args) => {
      orders.add(args);
    });
    const response = await fetch(`http://127.0.0.1:${address.port}/orders`, { method: 'POST' });
    equal(response.status, 201);
    deepEqual(await orders.next(), ['tea']);
    const { args } = (await session.call('live.stock', ['tea'])) as { args: unknown };
    deepEqual(args, ['tea', 7]);
    await rejects(session.publish('live.ordered', [], {}, { acknowledge: true }), {
      error: 'wamp.error.not_authorized',
    });
    await rejects(session.call('wamp.session.count'), { error: 'wamp.error.not_authorized' });
  });
});
