import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { MetaWatch } from './meta-watch.js';
import { anyDict, dictWith, error, matches } from './pattern.js';
import type { Peer, Wire } from './peer.js';
import { rolesWith } from './roles.js';
import { announced } from './target.js';
import { ensure, NotOffered } from './transcript.js';

const subscriptions = announced('broker', 'subscription_revocation');
const registrations = announced('dealer', 'registration_revocation');
const REASON = 'com.example.no_longer';

/** Revocation of subscriptions and registrations (WAMP 12.9, 11.11), by way of the meta procedures that some routers have for it. */
export const revocationCases: readonly ConformanceCase[] = [
  ...[{}, { reason: REASON }].map((kwargs) =>
    conforms(
      'SV-1 SV-3',
      `tells a subscriber that its subscription is revoked, with ${JSON.stringify(kwargs)}`,
      async (c) => {
        const roles = rolesWith('subscription_revocation');
        const [subscriber, other] = [await c.join('subscriber', { roles }), await c.join('other')];
        const subscription = await subscriber.subscribe(c.uri('topic'));
        await other.subscribe(c.uri('topic'));
        await revokeSubscription(c, [subscription, subscriber.session], kwargs);
        await subscriber.expect([35, 0, dictWith({ subscription, ...kwargs })]);
        const publication = await (await c.join('publisher')).publish(c.uri('topic'));
        await other.expect([36, subscription, publication, anyDict]);
        await subscriber.receiveNothing();
        const request = subscriber.request;
        subscriber.send([34, request, subscription]);
        await subscriber.expect(error(34, request, 'wamp.error.no_such_subscription'));
        await subscriber.subscribe(c.uri('topic'));
      },
      subscriptions,
    ),
  ),

  conforms(
    'SV-2 SV-3',
    'revokes the subscription of one that did not announce it without a word',
    async (c) => {
      const watch = await MetaWatch.over(c, ['wamp.subscription.on_unsubscribe']);
      const subscriber = await c.join('subscriber');
      watch.about(subscriber);
      const subscription = await subscriber.subscribe(c.uri('topic'));
      await revokeSubscription(c, [subscription, subscriber.session], {});
      const args = [subscriber.session, subscription];
      await watch.expect('wamp.subscription.on_unsubscribe', args);
      await (await c.join('publisher')).publish(c.uri('topic'));
      await subscriber.receiveNothing();
    },
    subscriptions,
    announced('broker', 'subscription_meta_api'),
  ),

  ...[{}, { reason: REASON }].map((kwargs) =>
    conforms(
      'RV-1',
      `tells a callee that its registration is revoked, with ${JSON.stringify(kwargs)}`,
      async (c) => {
        const roles = rolesWith('registration_revocation');
        const callee = await c.join('callee', { roles });
        const registration = await callee.register(c.uri('procedure'));
        const caller = await c.join('caller');
        const pending = caller.call(c.uri('procedure'));
        const invocation = await callee.invoked(registration);
        await revokeRegistration(c, [registration, callee.session], kwargs);
        await callee.expect([67, 0, dictWith({ registration, ...kwargs })]);
        const call = caller.call(c.uri('procedure'));
        await caller.expect(error(48, call, 'wamp.error.no_such_procedure'));
        // As after UNREGISTER, what is under way may end.
        callee.send([70, invocation, {}, ['done']]);
        await caller.expect([50, pending, {}, ['done']]);
        const request = callee.request;
        callee.send([66, request, registration]);
        await callee.expect(error(66, request, 'wamp.error.no_such_registration'));
        await callee.register(c.uri('procedure'));
      },
      registrations,
    ),
  ),

  conforms(
    'RV-2',
    'revokes the registration of one that did not announce it without a word',
    async (c) => {
      const watch = await MetaWatch.over(c, ['wamp.registration.on_unregister']);
      const callee = await c.join('callee');
      watch.about(callee);
      const registration = await callee.register(c.uri('procedure'));
      await revokeRegistration(c, [registration, callee.session], {});
      await watch.expect('wamp.registration.on_unregister', [callee.session, registration]);
      await callee.receiveNothing();
      const caller = await c.join('caller');
      const call = caller.call(c.uri('procedure'));
      await caller.expect(error(48, call, 'wamp.error.no_such_procedure'));
    },
    registrations,
    announced('dealer', 'registration_meta_api'),
  ),
];

const revokeSubscription = (c: CaseContext, args: Wire, kwargs: object): Promise<void> =>
  revoke(c, 'wamp.subscription.remove_subscriber', [args, kwargs]);

const revokeRegistration = (c: CaseContext, args: Wire, kwargs: object): Promise<void> =>
  revoke(c, 'wamp.registration.remove_callee', [args, kwargs]);

/** Lets an administrator revoke; a router may have other ways of doing so than these procedures. */
async function revoke(c: CaseContext, procedure: string, payload: Wire): Promise<void> {
  const administrator: Peer = await c.join('administrator');
  const call = administrator.call(procedure, ...payload);
  const answer = await administrator.receive();
  if (matches(error(48, call, 'wamp.error.no_such_procedure'), answer))
    throw new NotOffered(`there is no ${procedure}`);
  ensure(answer[0] === 50 && answer[1] === call, `not revoked: ${JSON.stringify(answer)}`);
}
