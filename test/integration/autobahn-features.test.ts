import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { webSocketUrl } from '../support/application.js';
import { Arrivals, startAutobahn, type AutobahnSession } from '../support/autobahn-client.js';
import { startInteropApplication } from '../support/interop-application.js';
import { makeToken } from '../support/tokens.js';

type InteropApplication = Awaited<ReturnType<typeof startInteropApplication>>;

/** What the history tells of an event. */
interface PastEvent {
  readonly args: unknown[];
  readonly kwargs: object;
}

/** How a client reaches the application: every serializer and transport that autobahn speaks, with a token where one is asked for. */
const ways = {
  'WebSocket, json': (application) => withToken(application, 'json'),
  'WebSocket, msgpack': (application) => withToken(application, 'msgpack'),
  'WebSocket, cbor': (application) => withToken(application, 'cbor'),
  'RawSocket with a token': (application) => ({
    url: application.rawSocketUrl('devices'),
    onchallenge: makeToken,
  }),
  'RawSocket by Unix socket': (application) => ({ url: application.rawSocketUrl('local') }),
} satisfies Record<string, (application: InteropApplication) => object>;

const withToken = (application: InteropApplication, serializer: 'json' | 'msgpack' | 'cbor') => ({
  url: webSocketUrl(application),
  serializer,
  onchallenge: makeToken,
});

/** Values that come out changed when a serializer is careless; autobahn's MessagePack knows no integer but float64. */
const VALUES = {
  integers: [0, -1, 255, 65_536, 4_294_967_296, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  others: [1.5, null, true, '', 'grüße 😀', [], {}, [[{ deep: [1] }]]],
};

for (const [name, way] of Object.entries(ways)) {
  /** A session by this way, and one of a trusted backend over a WebSocket. */
  const start = async (
    t: TestContext,
  ): Promise<{ application: InteropApplication; own: AutobahnSession; other: AutobahnSession }> => {
    const application = await startInteropApplication(t);
    const { session: own } = await startAutobahn(t, way(application)).nextSession();
    const url = application.trustedUrl;
    const { session: other } = await startAutobahn(t, { url }).nextSession();
    return { application, own, other };
  };

  describe(`autobahn over ${name}`, () => {
    it('carries values unchanged in events, calls and errors, both ways', async (t) => {
      const { own, other } = await start(t);
      for (const [from, to] of [
        [own, other],
        [other, own],
      ] as const) {
        const topic = `com.example.t${from.id}`;
        const events = new Arrivals<unknown>();
        await to.subscribe(topic, (args, kwargs) => {
          events.add({ args, kwargs });
        });
        await from.publish(topic, [VALUES, 2], { k: VALUES }, { acknowledge: true });
        deepEqual(await events.next(), { args: [VALUES, 2], kwargs: { k: VALUES } });

        await to.register(`${topic}.echo`, (args, kwargs) => [args, kwargs]);
        const echo = await from.call(`${topic}.echo`, [VALUES], { k: VALUES });
        deepEqual(echo, [[VALUES], { k: VALUES }]);
      }
    });

    it('matches patterns of topics and procedures, and discloses who asks for it', async (t) => {
      const { own, other } = await start(t);
      const events = new Arrivals<unknown>();
      const note = (_args: unknown[], _kwargs: object, details: object): void => {
        events.add(details);
      };
      await own.subscribe('com.example.a', note, { match: 'prefix' });
      await own.subscribe('com.example..z', note, { match: 'wildcard' });
      for (const topic of ['com.example.ab', 'com.example.q.z']) {
        await other.publish(topic, [], {}, { acknowledge: true, disclose_me: true });
        const event = (await events.next()) as Record<string, unknown>;
        deepEqual([event['topic'], event['publisher']], [topic, other.id]);
      }
      await own.register('com.example.p', (_args, _kwargs, { procedure }) => procedure, {
        match: 'prefix',
      });
      await own.register('com.example..w', (_args, _kwargs, { caller }) => caller, {
        match: 'wildcard',
      });
      equal(await other.call('com.example.p.q'), 'com.example.p.q');
      equal(await other.call('com.example.q.w', [], {}, { disclose_me: true }), other.id);
    });

    it('shares a registration, and times out and cancels calls', async (t) => {
      const { own, other } = await start(t);
      await own.register('com.example.shared', () => 'own', { invoke: 'roundrobin' });
      await other.register('com.example.shared', () => 'other', { invoke: 'roundrobin' });
      const answers = [];
      for (let n = 0; n < 4; n++) answers.push(await own.call('com.example.shared'));
      deepEqual(answers, ['own', 'other', 'own', 'other']);

      await other.register('com.example.never', () => new Promise(() => undefined));
      await rejects(Promise.resolve(own.call('com.example.never', [], {}, { timeout: 20 })), {
        error: 'wamp.error.timeout',
      });
      // In the other modes autobahn takes the call for over when it sends CANCEL, and the ERROR for a violation.
      const call = own.call('com.example.never');
      call.cancel({ mode: 'kill' });
      await rejects(Promise.resolve(call), { error: 'wamp.error.canceled' });
      equal(await own.call('com.example.shared'), 'own');
    });

    it('gets the retained event and the history', async (t) => {
      const { own, other } = await start(t);
      const retained = new Arrivals<unknown>();
      await other.publish('com.example.now', [7], {}, { retain: true, acknowledge: true });
      await own.subscribe(
        'com.example.now',
        (args, _kwargs, details) => {
          retained.add([args, details.retained]);
        },
        { get_retained: true },
      );
      deepEqual(await retained.next(), [[7], true]);

      const { id } = await own.subscribe('com.example.history.', () => undefined, {
        match: 'prefix',
      });
      const topic = 'com.example.history.one';
      await other.publish(topic, [1], { user: 'alice' }, { acknowledge: true });
      const past = (await own.call('wamp.subscription.get_events', [id, 10])) as PastEvent;
      deepEqual([past.args, past.kwargs], [[1], { user: 'alice' }]);
    });

    it('asks about sessions, hears of them, leaves a testament and is killed', async (t) => {
      const { application, own, other } = await start(t);
      const heard = new Arrivals<unknown>();
      await other.subscribe('wamp.session.on_leave', (args) => {
        heard.add(args[0]);
      });
      await other.subscribe('com.example.will', (args) => {
        heard.add(args);
      });
      equal(await own.call('wamp.session.count'), 2);
      const client = startAutobahn(t, way(application));
      const { session: victim } = await client.nextSession();
      // autobahn forgets it when the session ends.
      const { id } = victim;
      await victim.call('wamp.session.add_testament', ['com.example.will', ['bye'], {}]);
      const sessions = (await own.call('wamp.session.list')) as number[];
      deepEqual(new Set(sessions), new Set([own.id, other.id, id]));

      const reason = 'com.example.out';
      await own.call('wamp.session.kill', [id], { reason, message: 'away' });
      const closed = await client.nextClose();
      deepEqual([closed.reason, closed.message], [reason, 'away']);
      deepEqual(await heard.next(), ['bye']);
      equal(await heard.next(), id);
      await rejects(Promise.resolve(own.call('wamp.session.get', [id])), {
        error: 'wamp.error.no_such_session',
      });
    });

    it('asks about subscriptions and registrations', async (t) => {
      const { own, other } = await start(t);
      const { id } = await own.subscribe('com.example.a', () => undefined, { match: 'prefix' });
      const found = other.call('wamp.subscription.lookup', ['com.example.a', { match: 'prefix' }]);
      equal(await found, id);
      deepEqual(await other.call('wamp.subscription.list_subscribers', [id]), [own.id]);
      await own.register('com.example.p', () => 1, { match: 'prefix' });
      const registration = await other.call('wamp.registration.match', ['com.example.p.q']);
      equal(await other.call('wamp.registration.count_callees', [registration]), 1);
    });

    it('keeps the order of a hundred calls at once', async (t) => {
      const { own, other } = await start(t);
      const seen: unknown[] = [];
      await other.register('com.example.note', ([n]) => seen.push(n));
      const numbers = Array.from({ length: 100 }, (_, n) => n);
      await Promise.all(numbers.map((n) => own.call('com.example.note', [n, 'x'.repeat(n * 7)])));
      deepEqual(seen, numbers);
    });
  });
}
