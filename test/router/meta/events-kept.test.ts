import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRealm, ruling } from './realm-peers.js';

const HISTORY = { history: [{ uri: 'a.', match: 'prefix', events: 10 }] } as const;
const GET_EVENTS = 'wamp.subscription.get_events';
const PURGE = 'expressway.retained.purge';

describe('wamp.subscription.get_events', () => {
  // EH-1, X12
  it('answers with each event as one result', async (t) => {
    const join = createRealm(t, HISTORY);
    const publisher = await join();
    const asker = await join('eve');
    const subscription = await asker.subscribe('a.', { match: 'prefix' });
    const [, , publication] = await publisher.request(16, { acknowledge: true }, 'a.b', [1]);
    equal((await asker.peer.receive())[2], publication);
    const [, results] = await asker.call(GET_EVENTS, [subscription]);
    deepEqual(
      (results as Record<string, unknown>[]).map((event) => [event['publication'], event['args']]),
      [[publication, [1]]],
    );
  });

  // EH-12
  it('is refused to who may not subscribe', async (t) => {
    const authorizer = ruling(
      (role, action, uri) => role === 'admin' || action !== 'subscribe' || uri !== 'a.',
    );
    const join = createRealm(t, { ...HISTORY, authorizer });
    const admin = await join('root', 'admin');
    const subscription = await admin.subscribe('a.', { match: 'prefix' });
    const user = await join();
    const refused = [{}, 'wamp.error.not_authorized'];
    deepEqual(await user.call(GET_EVENTS, [subscription]), refused);
  });

  // EH-13, MG-2
  it('knows nothing of other ids, and refuses what is none', async (t) => {
    const member = await createRealm(t, HISTORY)();
    deepEqual(await member.call(GET_EVENTS, [1]), [{}, 'wamp.error.no_such_subscription']);
    equal((await member.call(GET_EVENTS, ['1']))[1], 'wamp.error.invalid_argument');
  });

  it('never shows a meta event that was for some only', async (t) => {
    const history = [{ uri: 'wamp.subscription.on_create', match: 'exact', events: 10 }] as const;
    const join = createRealm(t, { history });
    const member = await join();
    const subscription = await member.subscribe('wamp.subscription.on_create');
    await member.subscribe('a.b');
    // Its own meta event has come before the answer to SUBSCRIBE, or after it.
    member.peer.unread();
    const asker = await join('eve');
    deepEqual(await asker.call(GET_EVENTS, [subscription]), [{}]);
  });
});

describe('expressway.retained.purge', () => {
  it('removes the retained events of a topic or pattern, and counts them', async (t) => {
    const join = createRealm(t);
    const member = await join();
    for (const topic of ['a.b', 'a.c', 'b.b']) {
      await member.request(16, { acknowledge: true, retain: true }, topic);
    }
    deepEqual(await member.call(PURGE, ['a.b']), [{}, [1]]);
    deepEqual(await member.call(PURGE, ['a.', { match: 'prefix' }]), [{}, [1]]);
    deepEqual(await member.call(PURGE, ['a.b']), [{}, [0]]);
    const late = await join('eve');
    await late.subscribe('a.', { match: 'prefix', get_retained: true });
    await late.peer.receiveNothing();
  });

  it('needs the permission to publish there', async (t) => {
    const authorizer = ruling((_role, action) => action !== 'publish');
    const member = await createRealm(t, { authorizer })();
    deepEqual(await member.call(PURGE, ['a.b']), [{}, 'wamp.error.not_authorized']);
  });

  it('refuses what is no URI, or a reserved one', async (t) => {
    const member = await createRealm(t)();
    equal((await member.call(PURGE, ['a b']))[1], 'wamp.error.invalid_uri');
    equal((await member.call(PURGE, ['wamp.session.on_join']))[1], 'wamp.error.invalid_uri');
    equal((await member.call(PURGE, []))[1], 'wamp.error.invalid_argument');
  });
});
