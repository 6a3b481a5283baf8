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
  { realm, authmethods, transport }: ClientOffer,
): Authenticator {
  const { credentials } = transport;
  if (credentials?.isMalformed === true) {
    throw new AuthenticationRefused(Uri.authenticationDenied, 'malformed_credentials');
  }
  const presented = authenticators.find(({ isPresented }) => isPresented?.(transport) === true);
  if (presented !== undefined) return presented;
  const list: readonly unknown[] = Array.isArray(authmethods) ? authmethods : [];
  const methods = list.length > 0 ? list : [ANONYMOUS];
  const chosen = authenticators.find(
    ({ authmethod, isFor }) =>
      (authmethod === undefined || methods.includes(authmethod)) && isFor?.(realm) !== false,
  );
  // What a client shows instead of answering a challenge is judged or refused, never passed over.
  if (credentials?.bearer !== undefined && chosen?.authmethod !== undefined) {
    throw new AuthenticationRefused(Uri.noMatchingAuthMethod, 'such a bearer is not taken here');
  }
  if (chosen !== undefined) return chosen;
  if (methods.every((method) => method === ANONYMOUS)) {
    throw new AuthenticationRefused(Uri.authenticationRequired, 'offer an authentication method');
  }
  throw new AuthenticationRefused(Uri.noMatchingAuthMethod, 'none of the offered methods fits');
}
