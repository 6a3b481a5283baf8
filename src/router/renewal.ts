import { isDeepStrictEqual } from 'node:util';
import type { Authorization } from './authorization.js';
import type { Action } from './action.js';
import type { Subscription, SubscriptionDirectory } from './broker/subscription.js';
import type { Registration, RegistrationDirectory } from './dealer/registration.js';
import type { Principal } from './principal.js';
import { Uri, WampError } from './protocol/errors.js';
import type { RoleTerms } from './session-terms.js';
import type { Session } from './session.js';

/** What a renewal acts upon: parts of the session's realm. */
export interface RenewalParts {
  readonly roles: ReadonlyMap<string, RoleTerms>;
  readonly authorization: Authorization;
  readonly broker: {
    readonly subscriptions: SubscriptionDirectory;
    revoke(subscription: Subscription, session: Session, reason?: string): boolean;
  };
  readonly dealer: {
    readonly registrations: RegistrationDirectory;
    revoke(registration: Registration, session: Session, reason?: string): boolean;
  };
}

/**
 * Lets a session go on for a principal of the same authid; false when it is over. What it holds and may not have any more, were it to ask
 * now, is taken from it (WAMP, Subscription Revocation; WAMP, Registration Revocation); a client that has not announced that it understands
 * so gets a GOODBYE instead, as nothing else could tell it. Throws WampError `wamp.error.no_such_role`, and TypeError for another authid.
 */
export function renewSession(session: Session, principal: Principal, parts: RenewalParts): boolean {
  if (!session.isOpen) return false;
  const before = session.principal;
  if (principal.authid !== before.authid) throw new TypeError('a renewal is for the same authid');
  if (!parts.roles.has(principal.authrole)) throw new WampError(Uri.noSuchRole);
  session.renew(principal);
  if (hasSameRights(before, principal)) return true;
  const { authorization, broker, dealer } = parts;
  for (const subscription of broker.subscriptions.of(session)) {
    recheck({ session, authorization, action: 'subscribe', thing: subscription }, () => {
      if (!session.announces('subscriber.subscription_revocation')) endUntold(session);
      else broker.revoke(subscription, session, Uri.notAuthorized);
    });
  }
  for (const registration of dealer.registrations.of(session)) {
    recheck({ session, authorization, action: 'register', thing: registration }, () => {
      if (!session.announces('callee.registration_revocation')) endUntold(session);
      else dealer.revoke(registration, session, Uri.notAuthorized);
    });
  }
  return true;
}

/** Whether nothing differs but the proof and how long it holds: then there is nothing to ask again. */
function hasSameRights(before: Principal, after: Principal): boolean {
  const rights = new Map(Object.entries(before));
  for (const [name, right] of Object.entries(after)) {
    if (!PROOFS.has(name) && !isSame(rights.get(name), right)) return false;
    rights.delete(name);
  }
  return [...rights.keys()].every((name) => PROOFS.has(name));
}

const PROOFS: ReadonlySet<string> = new Set(['authextra', 'expiresAt', 'login', 'proof']);

/** What is neither text nor plain data may differ inside, whatever shows. */
const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (isPlain(one) && isPlain(other) && isDeepStrictEqual(one, other));

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  PLAIN.includes(Object.getPrototypeOf(value) as unknown);

const PLAIN: readonly unknown[] = [Object.prototype, Array.prototype, null];

interface Recheck {
  readonly session: Session;
  readonly authorization: Authorization;
  readonly action: Action;
  readonly thing: Pick<Subscription | Registration, 'uri' | 'match'>;
}

/** Asks for something that a session holds as if it asked now. Without an answer it may not have it. */
function recheck({ session, authorization, action, thing }: Recheck, takeAway: () => void): void {
  const { principal } = session;
  const settle = (isAllowed: boolean): void => {
    // Another renewal meanwhile asks for itself.
    if (!isAllowed && session.isOpen && session.principal === principal) takeAway();
  };
  try {
    const answer = authorization.ask(session, action, thing.uri, thing.match);
    if (typeof answer === 'boolean') settle(answer);
    else {
      answer.then(settle, () => {
        settle(false);
      });
    }
  } catch {
    settle(false);
  }
}

function endUntold(session: Session): void {
  session.sayGoodbye(Uri.killed, { message: 'the session holds what it may not have any more' });
}
