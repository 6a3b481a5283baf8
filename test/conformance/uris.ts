import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, error, matches } from './pattern.js';
import { announced, knows } from './target.js';
import { ensure, NotOffered } from './transcript.js';

/** What no URI may be: white space, `#`, an empty component. */
const badUris = ({ target: { prefix } }: CaseContext): readonly string[] => [
  `${prefix}my app`,
  `${prefix}my#app`,
  `${prefix}.x`,
  '',
  prefix,
  'a.',
  '.a',
  '.',
  `${prefix}a..b`,
];

/** What only sloppy patterns let pass. */
const whiteSpaceUris = ({ target: { prefix } }: CaseContext): readonly string[] => [
  `${prefix}a\n`,
  `${prefix}a\r`,
  `${prefix}a\t`,
  `\n${prefix}a`,
  `${prefix}\ufeffa`,
  `${prefix}a\u00a0b`,
  `${prefix}a\u2028`,
  `${prefix}a\u3000b`,
];

/** URIs (WAMP 2.1.1, 8). */
export const uriCases: readonly ConformanceCase[] = [
  conforms('URI-1', 'refuses a bad URI in SUBSCRIBE and lets the session live', async (c) => {
    await expectInvalid(c, 32, badUris(c));
  }),

  conforms('URI-2', 'refuses a bad URI in REGISTER and lets the session live', async (c) => {
    await expectInvalid(c, 64, badUris(c));
  }),

  conforms('URI-3 URI-8', 'refuses a bad URI in CALL and lets the session live', async (c) => {
    await expectInvalid(c, 48, badUris(c));
  }),

  conforms('URI-4 URI-8', 'refuses a bad URI in PUBLISH that asks for an answer', async (c) => {
    await expectInvalid(c, 16, badUris(c));
  }),

  conforms('URI-5', 'is silent about a bad URI in PUBLISH that asks for no answer', async (c) => {
    const peer = await c.join('peer');
    for (const uri of badUris(c)) peer.send([16, peer.request, {}, uri]);
    await peer.receiveNothing();
  }),

  conforms('URI-6', 'refuses a bad realm with ABORT wamp.error.invalid_uri', async (c) => {
    for (const realm of ['', 'my realm', 'realm#1', 'a..b', '.a', 'a.']) {
      const peer = await c.connect('peer');
      peer.send(c.hello({ realm }));
      await peer.expect(abort('wamp.error.invalid_uri'));
      await peer.dispose();
    }
  }),

  conforms(
    'URI-7',
    'takes empty components in patterns of SUBSCRIBE',
    async (c) => {
      const peer = await c.join('peer');
      await peer.subscribe(`${c.uri('a')}..b`, { match: 'wildcard' });
      await peer.subscribe(`${c.uri('a')}.`, { match: 'prefix' });
    },
    announced('broker', 'pattern_based_subscription'),
  ),

  conforms(
    'URI-7 URI-14',
    'takes empty components in patterns of REGISTER, which never capture wamp.*',
    async (c) => {
      const peer = await c.join('peer');
      await peer.register(`${c.uri('a')}..b`, { match: 'wildcard' });
      await peer.register(`${c.uri('a')}.`, { match: 'prefix' });
      for (const uri of ['', 'wam', 'wamp']) {
        peer.send([64, peer.request, { match: 'prefix' }, uri]);
        await peer.receive();
      }
      const call = peer.call('wamp.conformance.unknown');
      const outcome = await peer.receive();
      ensure(
        outcome[0] === 8 && outcome[1] === 48 && outcome[2] === call,
        `expected an ERROR, got ${JSON.stringify(outcome)}`,
      );
    },
    announced('dealer', 'pattern_based_registration'),
  ),

  conforms('URI-9 URI-10', 'has one rule, strict or loose, for all URIs', async (c) => {
    const { prefix } = c.target;
    const names = ['MyApp', 'my-app', 'ключ', 'a/b', '*', 'é', '😀', '__proto__', 'constructor'];
    const peer = await c.join('peer');
    const outcomes: unknown[] = [];
    for (const name of names) {
      const request = peer.request;
      peer.send([32, request, {}, `${prefix}conformance.${name}`]);
      const outcome = await peer.receive();
      const loose = matches([33, request, anyId], outcome);
      ensure(
        loose || matches(error(32, request, 'wamp.error.invalid_uri'), outcome),
        `expected SUBSCRIBED or wamp.error.invalid_uri, got ${JSON.stringify(outcome)}`,
      );
      if (!/^[0-9a-z_]+$/.test(name)) outcomes.push(loose);
      else ensure(loose, `refused ${name}, which is a URI by the strict rule, too`);
    }
    ensure(new Set(outcomes).size === 1, `some accepted, some refused: ${outcomes.join(', ')}`);
  }),

  conforms(
    'URI-9',
    'takes only URIs of the strict rule where it is configured',
    async (c) => {
      const peer = await c.join('peer', { realm: c.target.strictRealm });
      for (const type of [32, 64, 48, 16])
        for (const name of ['MyApp', 'my-app', 'é', 'a/b', '*', '__proto__-']) {
          const request = peer.request;
          peer.send([type, request, type === 16 ? { acknowledge: true } : {}, c.uri(name)]);
          await peer.expect(error(type, request, 'wamp.error.invalid_uri'));
        }
      for (const name of ['my_app', '0', '_', 'a1.b2']) await peer.subscribe(c.uri(name));
    },
    knows('strictRealm'),
  ),

  conforms('URI-10', 'compares URIs letter by letter', async (c) => {
    const subscriber = await c.join('subscriber');
    const request = subscriber.request;
    subscriber.send([32, request, {}, c.uri('Überschrift/*')]);
    const subscribed = await subscriber.receive();
    if (matches(error(32, request, 'wamp.error.invalid_uri'), subscribed))
      throw new NotOffered('the router follows the strict rule');
    const publisher = await c.join('publisher');
    await publisher.publish(c.uri('überschrift/*'));
    await publisher.publish(c.uri('U\u0308berschrift/*'));
    await publisher.publish(c.uri('Überschrift/x'));
    const publication = await publisher.publish(c.uri('Überschrift/*'));
    await subscriber.expect([36, subscribed[2], publication, anyDict]);
  }),

  conforms('URI-11', 'registers nothing below wamp. for a client', async (c) => {
    await expectInvalid(c, 64, ['wamp.foo', 'wamp.session.count', 'wamp.registration.list']);
  }),

  conforms('URI-12', 'publishes nothing below wamp. for a client', async (c) => {
    await expectInvalid(c, 16, ['wamp.session.on_join', 'wamp.foo']);
    const peer = await c.join('peer');
    peer.send([16, 1, {}, 'wamp.session.on_join', [{ session: 1 }]]);
    await peer.receiveNothing();
  }),

  conforms(
    'URI-13',
    'lets a client subscribe to and call the session meta API',
    async (c) => {
      const peer = await c.join('peer');
      await peer.subscribe('wamp.session.on_join');
      const call = peer.call('wamp.session.count');
      await peer.expect([50, call, anyDict, [anyId]]);
    },
    announced('dealer', 'session_meta_api'),
  ),

  conforms('URI-15', 'lets a topic and a procedure have the same URI', async (c) => {
    const uri = c.uri('both');
    const peer = await c.join('peer');
    const subscription = await peer.subscribe(uri);
    const registration = await peer.register(uri);
    const other = await c.join('other');
    const publication = await other.publish(uri, ['event']);
    await peer.expect([36, subscription, publication, anyDict, ['event']]);
    const call = other.call(uri, ['call']);
    peer.send([70, await peer.invoked(registration, ['call']), {}, ['result']]);
    await other.expect([50, call, anyDict, ['result']]);
  }),

  conforms('URI-16', 'refuses white space of every kind, at the end too', async (c) => {
    for (const type of [32, 64, 48, 16]) await expectInvalid(c, type, whiteSpaceUris(c));
  }),

  conforms('URI-17', 'forwards the error URI of a callee, unless it is no string', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const call = caller.call(c.uri('procedure'));
    callee.send([8, 68, await callee.invoked(registration), {}, 'not a uri', ['why']]);
    await caller.expect([8, 48, call, anyDict, 'not a uri', ['why']]);
    const last = caller.call(c.uri('procedure'));
    callee.send([8, 68, await callee.invoked(registration), {}, 5]);
    await callee.expectViolation();
    await caller.expect(error(48, last, 'wamp.error.canceled'));
  }),
];

/** Sends a request for each URI; each is refused with wamp.error.invalid_uri, and the session lives. */
async function expectInvalid(c: CaseContext, type: number, uris: readonly string[]): Promise<void> {
  const peer = await c.join('peer');
  for (const uri of uris) {
    const request = peer.request;
    peer.send([type, request, type === 16 ? { acknowledge: true } : {}, uri]);
    await peer.expect(error(type, request, 'wamp.error.invalid_uri'));
  }
  await peer.subscribe(c.uri('still.here'));
}
