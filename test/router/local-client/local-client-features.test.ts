import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WampError } from '../../../src/router/protocol/errors.js';
import { MessageQueue } from '../../support/message-queue.js';
import { connect, idOf } from '../../support/peer.js';
import { createRouter } from '../../support/test-router.js';
import { create, IDENTITY, nothing, wampError } from './local-stage.js';

describe('a call to a local client’s procedure', () => {
  it('ends at once when it is cancelled, and its procedure learns it', async (t) => {
    const router = createRouter(t);
    const callee = router.connectLocal('realm1', IDENTITY);
    const aborted = new Promise((resolve) => {
      void callee.register('a.never', ({ signal }) => {
        signal.addEventListener('abort', () => {
          resolve(signal.reason);
        });
        return new Promise(() => undefined);
      });
    });
    const peer = connect(router);
    await peer.join('realm1');
    peer.send([48, 1, {}, 'a.never'], [49, 1, { mode: 'kill' }]);
    deepEqual(await peer.receive(), [8, 48, 1, {}, 'wamp.error.canceled']);
    equal((await aborted) instanceof WampError, true);
  });

  it('is not answered twice when its procedure goes on after the interruption', async (t) => {
    const router = createRouter(t);
    const callee = router.connectLocal('realm1', IDENTITY);
    let finish: (result: typeof nothing) => void = () => undefined;
    const result = new Promise<typeof nothing>((resolve) => {
      finish = resolve;
    });
    await callee.register('a.b', () => result);
    const peer = connect(router);
    await peer.join('realm1');
    peer.send([48, 1, {}, 'a.b'], [49, 1, { mode: 'kill' }]);
    equal((await peer.receive())[0], 8);
    finish(nothing);
    await peer.receiveNothing();
    // The session lives: its late answer is no violation either.
    deepEqual(await callee.call('wamp.session.count'), { args: [1], kwargs: {} });
  });

  it('is given up by a procedure whose client closes', async (t) => {
    const { client } = create(t);
    let reason: unknown;
    const called = new Promise<void>((resolve) => {
      void client.register('a.b', ({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        resolve();
        return new Promise(() => undefined);
      });
    });
    const call = client.call('a.b');
    await called;
    client.close();
    await rejects(call, { uri: 'wamp.error.canceled' });
    equal(reason instanceof WampError, true);
  });
});

describe('progressive results of local clients', () => {
  it('go from the procedure to the caller, before the result', async (t) => {
    const { router, client } = create(t);
    await client.register('a.b', ({ progress }) => {
      progress?.([1]);
      progress?.([2], { k: 3 });
      return { args: [4], kwargs: {} };
    });
    const caller = router.connectLocal('realm1', IDENTITY);
    const parts: unknown[] = [];
    const result = await caller.call(
      'a.b',
      [],
      {},
      {
        onprogress: (part) => {
          parts.push(part);
          throw new Error('mine');
        },
      },
    );
    deepEqual(parts, [
      { args: [1], kwargs: {} },
      { args: [2], kwargs: { k: 3 } },
    ]);
    deepEqual(result, { args: [4], kwargs: {} });
  });

  it('are not sent to a caller that does not want them', async (t) => {
    const { client } = create(t);
    await client.register('a.b', ({ progress }) => ({ args: [typeof progress], kwargs: {} }));
    deepEqual(await client.call('a.b'), { args: ['undefined'], kwargs: {} });
  });

  it('come to nothing after the end of the invocation', async (t) => {
    const { router, client } = create(t);
    let late: ((args?: readonly unknown[]) => void) | undefined;
    await client.register('a.b', ({ progress }) => {
      late = progress;
      return nothing;
    });
    const caller = router.connectLocal('realm1', IDENTITY);
    await caller.call('a.b', [], {}, { onprogress: () => undefined });
    late?.([1]);
    deepEqual(await client.call('wamp.session.count'), { args: [0], kwargs: {} });
    equal(typeof late, 'function');
  });
});

describe('the cancelling of a local client’s call', () => {
  it('ends it by its signal, and interrupts the callee', async (t) => {
    const { router, client } = create(t);
    const callee = connect(router);
    await callee.join('realm1', { roles: { callee: { features: { call_canceling: true } } } });
    callee.send([64, 1, {}, 'a.b']);
    const registration = idOf(await callee.receive());
    const abort = new AbortController();
    const call = client.call('a.b', [], {}, { signal: abort.signal });
    deepEqual(await callee.receive(), [68, 1, registration, {}]);
    abort.abort();
    await rejects(call, wampError('wamp.error.canceled'));
    deepEqual(await callee.receive(), [69, 1, { mode: 'killnowait' }]);
  });

  it('sends nothing for a signal that is aborted already, or later', async (t) => {
    const { client } = create(t);
    await client.register('a.b', () => nothing);
    const aborted = AbortSignal.abort();
    await rejects(client.call('a.b', [], {}, { signal: aborted }), {
      uri: 'wamp.error.canceled',
    });
    const abort = new AbortController();
    deepEqual(await client.call('a.b', [], {}, { signal: abort.signal }), nothing);
    abort.abort();
    deepEqual(await client.call('a.b'), nothing);
  });
});

describe('what a local client gives up', () => {
  it('is a procedure that others may register then', async (t) => {
    const { router, client } = create(t);
    const registration = await client.register('a.b', () => nothing);
    await registration.unregister();
    await registration.unregister();
    await router.connectLocal('realm1', IDENTITY).register('a.b', () => nothing);
  });

  it('is a handler, and with the last one the subscription', async (t) => {
    const { client } = create(t);
    const heard: string[] = [];
    const first = await client.subscribe('a.b', () => heard.push('first'));
    const second = await client.subscribe('a.b', () => heard.push('second'));
    equal(first.id, second.id);
    await first.unsubscribe();
    await first.unsubscribe();
    await client.publish('a.b', [], {}, { exclude_me: false });
    deepEqual(heard, ['second']);
    const count = ['wamp.subscription.count_subscribers', [first.id]] as const;
    deepEqual(await client.call(...count), { args: [1], kwargs: {} });
    await second.unsubscribe();
    await rejects(client.call(...count), { uri: 'wamp.error.no_such_subscription' });
  });

  it('is not the subscription that another SUBSCRIBE under way gets', async (t) => {
    const { client } = create(t);
    const heard: string[] = [];
    const first = await client.subscribe('a.b', () => heard.push('first'));
    const subscribing = client.subscribe('a.b', () => heard.push('second'));
    await first.unsubscribe();
    await subscribing;
    await client.publish('a.b', [], {}, { exclude_me: false });
    deepEqual(heard, ['second']);
  });

  it('may be taken from it by the router', async (t) => {
    const { client } = create(t);
    let events = 0;
    const subscription = await client.subscribe('a.b', () => (events += 1));
    const registration = await client.register('a.c', () => nothing);
    await client.call('wamp.subscription.remove_subscriber', [subscription.id, client.session]);
    await client.call('wamp.registration.remove_callee', [registration.id, client.session]);
    await client.publish('a.b', [], {}, { exclude_me: false });
    await rejects(client.call('a.c'), wampError('wamp.error.no_such_procedure'));
    await subscription.unsubscribe();
    await registration.unregister();
    equal(events, 0);
  });

  it('follows patterns, and gets the retained event that it asks for', async (t) => {
    const { router, client } = create(t);
    const publisher = router.connectLocal('realm1', IDENTITY);
    await publisher.publish('a.b', ['kept'], {}, { retain: true });
    const events = new MessageQueue<unknown>();
    await client.subscribe(
      'a.',
      (event) => {
        events.push(event);
      },
      { match: 'prefix', get_retained: true },
    );
    const details = { retained: true, topic: 'a.b' };
    deepEqual(await events.take(), { args: ['kept'], kwargs: {}, details });
  });
});
