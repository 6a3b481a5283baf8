import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, dictWith, dictWithout, error, isDict, matches } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer } from './peer.js';
import { rolesWith } from './roles.js';
import { announced, knows, unannounced } from './target.js';
import { ensure, NotOffered } from './transcript.js';

const DISALLOWED = 'wamp.error.option_disallowed.disclose_me';
const exclusion = announced('broker', 'publisher_exclusion');
const publisherIdentification = announced('broker', 'publisher_identification');
const callerIdentification = announced('dealer', 'caller_identification');

/** Publisher exclusion, identification of publishers and callers (WAMP 12.2, 12.3, 11.6). */
export const disclosureCases: readonly ConformanceCase[] = [
  conforms(
    'PX-1',
    'sends the publisher its own event if exclude_me is false',
    async (c) => {
      const publisher = await c.join('publisher');
      const subscription = await publisher.subscribe(c.uri('topic'));
      publisher.send([16, 2, { exclude_me: false }, c.uri('topic'), ['mine']]);
      await publisher.expect([36, subscription, anyId, anyDict, ['mine']]);
      await publisher.receiveNothing();
    },
    exclusion,
  ),

  conforms(
    'PX-2',
    'sends the publisher nothing if exclude_me is true',
    async (c) => {
      const publisher = await c.join('publisher');
      await publisher.subscribe(c.uri('topic'));
      publisher.send([16, 2, { exclude_me: true }, c.uri('topic')]);
      await publisher.receiveNothing();
    },
    exclusion,
  ),

  conforms(
    'PX-3',
    'sends the publisher nothing if it is excluded by its id',
    async (c) => {
      const publisher = await c.join('publisher');
      await publisher.subscribe(c.uri('topic'));
      const options = { exclude_me: false, exclude: [publisher.session] };
      publisher.send([16, 2, options, c.uri('topic')]);
      await publisher.receiveNothing();
    },
    exclusion,
    announced('broker', 'subscriber_blackwhite_listing'),
  ),

  conforms(
    'PI-1 PI-2',
    'discloses the publisher that wants it',
    async (c) => {
      const { publisher, event } = await disclosed(c, { disclose_me: true });
      const [, , , details] = event;
      if (publisher === undefined) throw new NotOffered('the router is configured to forbid it');
      ensure(
        matches(dictWith({ publisher: publisher.session }), details),
        `expected publisher ${publisher.session}, got ${JSON.stringify(event)}`,
      );
    },
    publisherIdentification,
  ),

  conforms('PI-3', 'discloses no publisher that does not want it', async (c) => {
    const { event } = await disclosed(c, {});
    const silent = dictWithout('publisher', 'publisher_authid', 'publisher_authrole');
    ensure(matches(silent, event[3]), `a publisher is disclosed: ${JSON.stringify(event)}`);
  }),

  conforms(
    'CI-1 CI-2',
    'discloses the caller that wants it',
    async (c) => {
      const { callee, caller, registration } = await calleeAndCaller(c, {});
      caller.send([48, 1, { disclose_me: true }, c.uri('procedure')]);
      await callee.expect([68, anyId, registration, dictWith({ caller: caller.session })]);
    },
    callerIdentification,
  ),

  conforms(
    'CI-3',
    'discloses every caller to a callee that asks for it',
    async (c) => {
      const { callee, caller, registration } = await calleeAndCaller(c, { disclose_caller: true });
      caller.send([48, 1, {}, c.uri('procedure')]);
      await callee.expect([68, anyId, registration, dictWith({ caller: caller.session })]);
    },
    callerIdentification,
  ),

  conforms(
    'SES-3',
    'discloses no caller without announcing caller identification',
    async (c) => {
      const { callee, caller, registration } = await calleeAndCaller(c, { disclose_caller: true });
      caller.send([48, 1, { disclose_me: true }, c.uri('procedure')]);
      await callee.expect([68, anyId, registration, dictWithout('caller')]);
    },
    unannounced('dealer', 'caller_identification'),
  ),

  conforms(
    'SES-3',
    'discloses no publisher without announcing publisher identification',
    async (c) => {
      const { publisher, event } = await disclosed(c, { disclose_me: true });
      ensure(
        publisher === undefined || matches(dictWithout('publisher'), event[3]),
        `a publisher is disclosed: ${JSON.stringify(event)}`,
      );
    },
    unannounced('broker', 'publisher_identification'),
  ),

  conforms('CI-4', 'discloses no caller if nobody wants it', async (c) => {
    const { callee, caller, registration } = await calleeAndCaller(c, {});
    caller.call(c.uri('procedure'));
    const silent = dictWithout('caller', 'caller_authid', 'caller_authrole');
    await callee.expect([68, anyId, registration, silent]);
  }),

  conforms(
    'PI-1 PI-2',
    'discloses the publisher to every subscription, with what is its own',
    async (c) => {
      const roles = rolesWith('publisher_identification');
      const subscriber = await c.join('subscriber', { roles });
      const exact = await subscriber.subscribe(c.uri('topic'));
      const prefix = await subscriber.subscribe(c.uri('topic'), { match: 'prefix' });
      const publisher = await c.join('publisher', { roles });
      const request = publisher.request;
      publisher.send([16, request, { disclose_me: true }, c.uri('topic'), ['x']]);
      const { authid, authrole } = publisher.welcome;
      const left = new Set([exact, prefix]);
      while (left.size > 0) {
        const disclosing = dictWith({ publisher: publisher.session });
        const event = await subscriber.expect([36, anyId, anyId, disclosing, ['x']]);
        ensure(left.delete(idAt(event, 1)), `twice or foreign: ${JSON.stringify(event)}`);
        const { publisher_authid = authid, publisher_authrole = authrole } = isDict(event[3])
          ? event[3]
          : {};
        ensure(
          matches([authid, authrole], [publisher_authid, publisher_authrole]),
          `forged: ${JSON.stringify(event)}`,
        );
      }
      // What one publication discloses is not disclosed by the next.
      await publisher.publish(c.uri('topic'));
      await subscriber.expect([36, anyId, anyId, dictWithout('publisher')]);
      await subscriber.expect([36, anyId, anyId, dictWithout('publisher')]);
    },
    publisherIdentification,
    announced('broker', 'pattern_based_subscription'),
  ),
];

/** What the router is configured to disclose, or not to, and the trust that it has (WAMP 12.3, 12.4, 11.6, 11.7). */
export const policyCases: readonly ConformanceCase[] = [
  conforms(
    'PI-4',
    'discloses every publisher to a topic that is configured so',
    async (c) => {
      const roles = rolesWith('publisher_identification');
      const subscriber = await c.join('subscriber', { roles, realm: c.target.disclosingRealm });
      const topic = c.uri('topic');
      const subscription = await subscriber.subscribe(topic);
      const publisher = await c.join('publisher', { roles, realm: c.target.disclosingRealm });
      const publication = await publisher.publish(topic);
      const details = dictWith({ publisher: publisher.session });
      await subscriber.expect([36, subscription, publication, details]);
    },
    publisherIdentification,
    knows('disclosingRealm'),
  ),

  conforms(
    'PI-5',
    'refuses to disclose a publisher where that is forbidden',
    async (c) => {
      const topic = c.uri('topic');
      const subscriber = await c.join('subscriber', { realm: c.target.undisclosedRealm });
      const subscription = await subscriber.subscribe(topic);
      const publisher = await c.join('publisher', { realm: c.target.undisclosedRealm });
      publisher.send([16, 1, { disclose_me: true, acknowledge: true }, topic]);
      await publisher.expect(error(16, 1, DISALLOWED));
      publisher.send([16, 2, { disclose_me: true }, topic]);
      await publisher.receiveNothing();
      await subscriber.receiveNothing();
      const publication = await publisher.publish(topic);
      await subscriber.expect([36, subscription, publication, dictWithout('publisher')]);
    },
    publisherIdentification,
    knows('undisclosedRealm'),
  ),

  conforms(
    'CI-6',
    'discloses every caller of a procedure that is configured so',
    async (c) => {
      const procedure = c.uri('procedure');
      const callee = await c.join('callee', {
        roles: rolesWith('caller_identification'),
        realm: c.target.disclosingRealm,
      });
      const registration = await callee.register(procedure);
      const caller = await c.join('caller', { realm: c.target.disclosingRealm });
      caller.call(procedure);
      await callee.expect([68, anyId, registration, dictWith({ caller: caller.session })]);
    },
    callerIdentification,
    knows('disclosingRealm'),
  ),

  conforms(
    'CI-5',
    'refuses to disclose a caller where that is forbidden',
    async (c) => {
      const procedure = c.uri('procedure');
      const callee = await c.join('callee', {
        roles: rolesWith('caller_identification'),
        realm: c.target.undisclosedRealm,
      });
      const registration = await callee.register(procedure);
      const caller = await c.join('caller', { realm: c.target.undisclosedRealm });
      caller.send([48, 1, { disclose_me: true }, procedure]);
      await caller.expect(error(48, 1, DISALLOWED));
      await callee.receiveNothing();
      const call = caller.call(procedure);
      const invocation = [68, anyId, registration, dictWithout('caller', 'caller_authid')];
      callee.send([70, idAt(await callee.expect(invocation), 1), {}]);
      await caller.expect([50, call, {}]);
    },
    callerIdentification,
    knows('undisclosedRealm'),
  ),

  conforms(
    'TL-1',
    'tells subscribers how far the publisher is trusted',
    async (c) => {
      const roles = rolesWith('publication_trustlevels');
      const subscriber = await c.join('subscriber', { roles });
      const subscription = await subscriber.subscribe(c.uri('topic'));
      const publication = await (await c.join('publisher')).publish(c.uri('topic'));
      const details = dictWith({ trustlevel: c.target.trustLevel });
      await subscriber.expect([36, subscription, publication, details]);
    },
    announced('broker', 'publication_trustlevels'),
    knows('trustLevel'),
  ),

  conforms(
    'CL-1',
    'tells callees how far the caller is trusted',
    async (c) => {
      const callee = await c.join('callee', { roles: rolesWith('call_trustlevels') });
      const registration = await callee.register(c.uri('procedure'));
      (await c.join('caller')).call(c.uri('procedure'));
      const details = dictWith({ trustlevel: c.target.trustLevel });
      await callee.expect([68, anyId, registration, details]);
    },
    announced('dealer', 'call_trustlevels'),
    knows('trustLevel'),
  ),
];

async function disclosed(
  c: CaseContext,
  options: object,
): Promise<{ readonly publisher: Peer | undefined; readonly event: readonly unknown[] }> {
  const roles = { subscriber: { features: { publisher_identification: true } }, publisher: {} };
  const subscriber = await c.join('subscriber', { roles });
  const subscription = await subscriber.subscribe(c.uri('topic'));
  const publisher = await c.join('publisher');
  publisher.send([16, 1, { ...options, acknowledge: true }, c.uri('topic')]);
  const outcome = await publisher.receive();
  if (matches(error(16, 1, 'wamp.error.option_disallowed.disclose_me'), outcome))
    return { publisher: undefined, event: [] };
  return { publisher, event: await subscriber.expect([36, subscription, outcome[2], anyDict]) };
}

async function calleeAndCaller(
  c: CaseContext,
  options: object,
): Promise<{ readonly callee: Peer; readonly caller: Peer; readonly registration: number }> {
  const roles = { callee: { features: { caller_identification: true } } };
  const callee = await c.join('callee', { roles });
  const registration = await callee.register(c.uri('procedure'), options);
  return { callee, caller: await c.join('caller'), registration };
}
