import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_ROLES, connect } from '../../support/peer.js';
import { createRouter } from '../../support/test-router.js';

describe('the end of a realm', () => {
  for (const mode of ['shutdown', 'restart'] as const) {
    it(`publishes neither testaments nor meta events: ${mode}`, async (t) => {
      const router = createRouter(t, {}, { thruway: { metaEvents: true } });
      const testator = connect(router);
      await testator.join('realm1');
      testator.send([48, 1, {}, 'wamp.session.add_testament', ['a.b', []]]);
      deepEqual(await testator.receive(), [50, 1, {}]);
      const heir = connect(router);
      await heir.join('realm1');
      heir.send([32, 1, {}, 'a.b'], [32, 2, {}, 'wamp.session.on_leave']);
      heir.send([32, 3, {}, 'wamp.metaevent.session.on_leave']);
      for (let subscribed = 0; subscribed < 3; subscribed += 1) await heir.receive();
      const closed = router.close(mode);
      for (const peer of [testator, heir]) peer.send([6, {}, 'wamp.close.goodbye_and_out']);
      await closed;
      const expected = mode === 'shutdown' ? [6] : [];
      deepEqual(
        heir.unread().map(([type]) => type),
        expected,
      );
    });
  }
});

describe('a storm of sessions', () => {
  it('of 2,000 that come and go costs one watcher two events each', async (t) => {
    const router = createRouter(t, { unauthenticatedPerAddress: 5000, unauthenticated: 5000 });
    const watcher = connect(router);
    await watcher.join('realm1');
    watcher.send([32, 1, {}, 'wamp.session.on_join'], [32, 2, {}, 'wamp.session.on_leave']);
    await watcher.receive();
    await watcher.receive();
    const peers = Array.from({ length: 2000 }, () => connect(router));
    await Promise.all(
      peers.map((peer, index) =>
        peer.join('realm1', { roles: CLIENT_ROLES, authid: `user${index}` }),
      ),
    );
    watcher.send([48, 3, {}, 'wamp.session.kill_all']);
    await Promise.all(peers.map((peer) => peer.receive()));
    const types = watcher.unread().map(([type]) => type);
    equal(types.filter((type) => type === 36).length, 4000);
    equal(types.at(-1), 50);
  });
});
