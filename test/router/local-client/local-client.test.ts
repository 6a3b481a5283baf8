import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WampError } from '../../../src/router/protocol/errors.js';
import { MessageQueue } from '../../support/message-queue.js';
import { connect, idOf, sessionOf } from '../../support/peer.js';
import { create, IDENTITY, nothing, UNSENDABLE, wampError } from './local-stage.js';

describe('LocalClient#call', () => {
  it('resolves with the result', async (t) => {
    const { router, client } = create(t);
    const callee = connect(router);
    await callee.join('realm1');
    callee.send([64, 1, {}, 'a.b']);
    const registration = idOf(await callee.receive());
    const result = client.call('a.b', [1], { k: 2 });
    deepEqual(await callee.receive(), [68, 1, registration, {}, [1], { k: 2 }]);
    callee.send([70, 1, {}, [3], { r: 4 }]);
    deepEqual(await result, { args: [3], kwargs: { r: 4 } });
  });

  it('rejects with the error of the router or the callee', async (t) => {
    const { client } = create(t);
    await rejects(client.call('a.b'), wampError('wamp.error.no_such_procedure'));
    await client.register('a.b', () => {
      throw new WampError('a.failed', ['why'], { k: 1 });
    });
    await rejects(client.call('a.b'), wampError('a.failed', ['why'], { k: 1 }));
  });

  it('rejects with TypeError what cannot be sent, and sends nothing', async (t) => {
    const { client } = create(t);
    await rejects(client.call('a.b', UNSENDABLE), TypeError);
    await rejects(client.call('a.b'), wampError('wamp.error.no_such_procedure'));
  });
});

describe('LocalClient#register', () => {
  it('answers invocations, also of promises, and learns the caller when it asks', async (t) => {
    const { router, client } = create(t);
    const invocations: unknown[] = [];
    const answer = { args: ['pong'], kwargs: {} };
    await client.register(
      'a.b',
      (invocation) => {
        const { args, kwargs, details, progress } = invocation;
        invocations.push({ args, kwargs, details, progress });
        return Promise.resolve(answer);
      },
      { disclose_caller: true },
    );
    const peer = connect(router);
    const caller = sessionOf(await peer.join('realm1'));
    peer.send([48, 1, {}, 'a.b', ['ping']]);
    deepEqual(await peer.receive(), [50, 1, {}, ['pong']]);
    const details = { caller, caller_authid: 'ada', caller_authrole: 'user' };
    deepEqual(invocations, [{ args: ['ping'], kwargs: {}, details, progress: undefined }]);
  });

  it('answers runtime_error without a word to what is no WampError', async (t) => {
    const { client } = create(t);
    await client.register('a.throws', () => {
      throw new Error('secret');
    });
    await client.register('a.rejects', () => Promise.reject(new Error('secret')));
    await client.register('a.unsendable', () => ({ args: UNSENDABLE, kwargs: {} }));
    for (const procedure of ['a.throws', 'a.rejects', 'a.unsendable']) {
      await rejects(client.call(procedure), wampError('wamp.error.runtime_error'));
    }
  });

  it('answers runtime_error when the WampError itself cannot be sent', async (t) => {
    const { client } = create(t);
    await client.register('a.b', () => {
      throw new WampError('a.failed', UNSENDABLE);
    });
    await rejects(client.call('a.b'), wampError('wamp.error.runtime_error'));
  });

  it('rejects when the procedure is taken', async (t) => {
    const { client } = create(t);
    await client.register('a.b', () => nothing);
    const again = client.register('a.b', () => nothing);
    await rejects(again, wampError('wamp.error.procedure_already_exists'));
  });

  it('may take reserved URIs, as the router’s own', async (t) => {
    const { client } = create(t);
    await client.register('expressway.a', () => nothing);
    deepEqual(await client.call('expressway.a'), nothing);
  });
});

describe('LocalClient#subscribe and #publish', () => {
  it('deliver events to all handlers of a topic, whatever one of them throws', async (t) => {
    const { router, client } = create(t);
    const events = new MessageQueue<unknown>();
    await client.subscribe('a.b', () => {
      throw new Error('mine');
    });
    await client.subscribe('a.b', (event) => {
      events.push(event);
    });
    const publisher = router.connectLocal('realm1', IDENTITY);
    await publisher.publish('a.b', [1], { k: 2 });
    deepEqual(await events.take(), { args: [1], kwargs: { k: 2 }, details: {} });
    equal(events.size, 0);
  });

  it('acknowledge each publication and pass the options on', async (t) => {
    const { client } = create(t);
    const events = new MessageQueue<unknown>();
    await client.subscribe('a.b', (event) => {
      events.push(event.args);
    });
    await client.publish('a.b', ['to nobody else']);
    await client.publish('a.b', ['to myself'], {}, { exclude_me: false });
    deepEqual(await events.take(), ['to myself']);
    await rejects(client.publish('a b'), wampError('wamp.error.invalid_uri'));
    await rejects(
      client.subscribe('a b', () => undefined),
      wampError('wamp.error.invalid_uri'),
    );
  });
});

describe('the end of a LocalClient', () => {
  it('rejects what waits, and everything afterwards', async (t) => {
    const { client } = create(t);
    const waiting = client.call('a.b');
    client.close();
    client.close();
    equal(await client.closed, 'closed by the client');
    await rejects(waiting, wampError('wamp.error.canceled', ['closed by the client']));
    await rejects(client.call('a.b'), wampError('wamp.error.canceled', ['this client is closed']));
  });

  it('frees what it held', async (t) => {
    const { router, client } = create(t);
    await client.register('a.b', () => nothing);
    client.close();
    const next = router.connectLocal('realm1', IDENTITY);
    await next.register('a.b', () => nothing);
    deepEqual(await next.call('a.b'), nothing);
  });

  it('comes with the router’s, with its reason', async (t) => {
    const { router, client } = create(t);
    await router.close('shutdown');
    equal(await client.closed, 'wamp.close.system_shutdown');
  });

  it('comes with a restart too', async (t) => {
    const { router, client } = create(t);
    await router.close('restart');
    equal(await client.closed, 'the router restarts');
  });

  it('keeps its procedures from running for an invocation that comes later', async (t) => {
    const { router, client } = create(t);
    let runs = 0;
    await client.register('a.b', () => {
      runs += 1;
      return nothing;
    });
    const caller = router.connectLocal('realm1', IDENTITY);
    const call = caller.call('a.b');
    client.close();
    await rejects(call, { uri: 'wamp.error.canceled' });
    equal(runs, 0);
  });
});
