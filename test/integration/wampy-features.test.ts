import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Wampy } from 'wampy';
import { webSocketUrl } from '../support/application.js';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';
import { startInteropApplication } from '../support/interop-application.js';
import { makeToken } from '../support/tokens.js';
import { createWampy } from '../support/wampy-client.js';

/** No integer of more than 32 bits: wampy's MessagePack and CBOR give them as bigints or floats. */
const VALUES = {
  integers: [0, -1, 255, 65_536, 2 ** 31],
  others: [1.5, null, true, '', 'grüße 😀', [], {}, [[{ deep: [1] }]]],
};

for (const serializer of ['json', 'msgpack', 'cbor'] as const) {
  /** A client with a token and one of a trusted backend, which speaks JSON. */
  const start = async (
    t: TestContext,
  ): Promise<{ own: Wampy; other: Wampy; trustedUrl: string }> => {
    const application = await startInteropApplication(t);
    const own = createWampy(t, {
      url: webSocketUrl(application),
      serializer,
      onChallenge: () => makeToken(),
    });
    const other = createWampy(t, { url: application.trustedUrl });
    await Promise.all([own.connect(), other.connect()]);
    return { own, other, trustedUrl: application.trustedUrl };
  };

  describe(`wampy in ${serializer}`, () => {
    it('carries values unchanged in events and calls, both ways', async (t) => {
      const { own, other } = await start(t);
      for (const [from, to, topic] of [
        [own, other, 'com.example.there'],
        [other, own, 'com.example.back'],
      ] as const) {
        const events = new Arrivals<unknown>();
        await to.subscribe(topic, ({ argsList, argsDict }) => {
          events.add({ argsList, argsDict });
        });
        const payload = { argsList: [VALUES, 2], argsDict: { k: VALUES } };
        await from.publish(topic, payload);
        deepEqual(await events.next(), payload);
        await to.register(topic, ({ argsList = [], argsDict = {} }) => ({ argsList, argsDict }));
        const { argsList, argsDict } = await from.call(topic, payload);
        deepEqual({ argsList, argsDict }, payload);
      }
    });

    it('matches patterns, shares registrations, discloses and retains', async (t) => {
      const { own, other, trustedUrl } = await start(t);
      const events = new Arrivals<unknown>();
      // wampy checks the option retain, but does not send it.
      const { session: publisher } = await startAutobahn(t, { url: trustedUrl }).nextSession();
      const options = { retain: true, acknowledge: true };
      await publisher.publish('com.example.a.now', [1], {}, options);
      await own.subscribe(
        'com.example.a',
        ({ argsList, details }) => {
          events.add([argsList, details['topic'], details['retained']]);
        },
        { match: 'prefix', get_retained: true },
      );
      deepEqual(await events.next(), [[1], 'com.example.a.now', true]);
      await other.publish('com.example.a.b', [2]);
      deepEqual(await events.next(), [[2], 'com.example.a.b', undefined]);

      const shared = { match: 'wildcard', invoke: 'roundrobin' } as const;
      await own.register('com.example..w', () => ({ argsList: ['own'] }), shared);
      await other.register('com.example..w', () => ({ argsList: ['other'] }), shared);
      const answers = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        answers.push((await own.call(`com.example.${name}.w`)).argsList?.[0]);
      }
      deepEqual(answers, ['own', 'other', 'own', 'other']);

      await other.register('com.example.who', ({ details }) => ({ argsList: [details['caller']] }));
      const { argsList } = await own.call('com.example.who', [], { disclose_me: true });
      equal(argsList?.[0], own.getSessionId());
    });

    it('times out and cancels calls', async (t) => {
      const { own, other } = await start(t);
      const invoked = new Arrivals<true>();
      await other.register('com.example.never', () => {
        invoked.add(true);
        return new Promise(() => undefined);
      });
      await rejects(own.call('com.example.never', [], { timeout: 20 }), {
        errorUri: 'wamp.error.timeout',
      });
      await invoked.next();
      for (const mode of ['skip', 'killnowait'] as const) {
        const call = own.call('com.example.never');
        await invoked.next();
        own.cancel(own.getOpStatus().reqId, { mode });
        await rejects(call, { errorUri: 'wamp.error.canceled' });
      }
    });

    it('passes payloads through in a scheme of its own', async (t) => {
      const { own, other } = await start(t);
      const events = new Arrivals<unknown>();
      // The serializer of a packed payload is its own; natively it is that of each session.
      const packed = { ppt_scheme: 'x_own', ppt_serializer: 'native' };
      await other.subscribe('com.example.packed', ({ argsList, argsDict, details }) => {
        events.add([argsList, argsDict, details['ppt_scheme']]);
      });
      await own.publish('com.example.packed', { argsList: [1], argsDict: { a: 'é' } }, packed);
      deepEqual(await events.next(), [[1], { a: 'é' }, 'x_own']);
    });
  });
}

for (const serializer of ['msgpack', 'cbor'] as const) {
  it(`wampy in ${serializer} passes bytes through that it has packed in CBOR`, async (t) => {
    const { trustedUrl } = await startInteropApplication(t);
    const callee = createWampy(t, { url: trustedUrl, serializer });
    const caller = createWampy(t, { url: trustedUrl, serializer });
    await Promise.all([callee.connect(), caller.connect()]);
    const packed = { ppt_scheme: 'x_own', ppt_serializer: 'cbor' };
    await callee.register('com.example.packed', ({ argsList = [] }) => ({
      argsList,
      options: packed,
    }));
    const { argsList } = await caller.call('com.example.packed', [VALUES], packed);
    deepEqual(argsList, [VALUES]);
  });
}
