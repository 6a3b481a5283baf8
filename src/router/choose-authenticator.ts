import { AuthenticationRefused, type Authenticator } from './authenticator.js';
import { Uri } from './protocol/errors.js';
import type { TransportDetails } from './transport/transport.js';

/** The method of who offers none (WAMP 13.2). */
const ANONYMOUS = 'anonymous';

/** By what somebody who said HELLO may be found out. */
export interface ClientOffer {
  /** The realm that it wants to join. */
  readonly realm: string;
  /** HELLO.Details.authmethods, as sent. */
  readonly authmethods: unknown;
  readonly transport: TransportDetails;
}

/**
 * What the connection brought along decides, then the server's order among the methods that the client offers (none stands for
 * `anonymous`) and that are there for its realm; never a fall to a weaker one. Throws AuthenticationRefused.
 */
export function chooseAuthenticator(
  authenticators: readonly Authenticator[],
  offer: ClientOffer,
): Authenticator {
  const { credentials } = offer.transport;
  if (credentials?.isMalformed === true) {
    throw new AuthenticationRefused(Uri.authenticationDenied, 'malformed_credentials');
  }
  const presented = authenticators.find(({ isPresented }) => isPresented?.(offer.transport));
  if (presented !== undefined) return presented;
  const methods = methodsOf(offer.authmethods);
  const chosen = firstOffered(authenticators, methods, offer.realm);
  if (chosen === undefined) throw refusalOf(methods);
  // What a client shows instead of answering a challenge is judged or refused, never passed over.
  if (credentials?.bearer !== undefined && chosen.authmethod !== undefined) {
    throw new AuthenticationRefused(Uri.noMatchingAuthMethod, 'such a bearer is not taken here');
  }
  return chosen;
}

function methodsOf(authmethods: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(authmethods) ? authmethods : [];
  return list.length > 0 ? list : [ANONYMOUS];
}

/** Who has nothing to present is let try another way first; where there is none, it is told what is missing. */
function firstOffered(
  authenticators: readonly Authenticator[],
  methods: readonly unknown[],
  realm: string,
): Authenticator | undefined {
  const offered = authenticators.filter(
    ({ authmethod, isFor }) =>
      (authmethod === undefined || methods.includes(authmethod)) && isFor?.(realm) !== false,
  );
  return offered.find(({ isOnlyPresented }) => isOnlyPresented !== true) ?? offered[0];
}

const refusalOf = (methods: readonly unknown[]): AuthenticationRefused =>
  methods.every((method) => method === ANONYMOUS)
    ? new AuthenticationRefused(Uri.authenticationRequired, 'offer an authentication method')
    : new AuthenticationRefused(Uri.noMatchingAuthMethod, 'none of the offered methods fits');
