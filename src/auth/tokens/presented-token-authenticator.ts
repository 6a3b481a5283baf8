import type {
  AuthenticationRequest,
  Authenticator,
  Principal,
  TransportDetails,
} from '../../router/index.js';
import { AnsweredRequest } from './answered-request.js';
import { hasJwtForm } from './jwt-form.js';

/** What a {@link PresentedTokenAuthenticator} needs. */
export interface PresentedTokenOptions {
  /** Who judges a token, whichever way it came. */
  readonly authenticator: Authenticator;
  /** Whether a token in the query of the upgrade counts. */
  readonly queryToken: boolean;
}

/**
 * Authmethod `jwt` for tokens that come with the upgrade too: as a bearer beside the subprotocol, or as `?token=`. Such a token is judged as
 * one in AUTHENTICATE is, and no CHALLENGE is sent.
 */
export class PresentedTokenAuthenticator implements Authenticator {
  readonly authmethod: string | undefined;
  readonly isPresented: (transport: TransportDetails) => boolean;
  readonly #authenticator: Authenticator;
  readonly #tokenOf: (transport: TransportDetails) => string | undefined;

  constructor({ authenticator, queryToken }: PresentedTokenOptions) {
    this.authmethod = authenticator.authmethod;
    this.#authenticator = authenticator;
    this.#tokenOf = ({ credentials }) => {
      if (credentials === undefined) return undefined;
      const { bearer, token } = credentials;
      // A bearer of another form may be a ticket.
      if (bearer !== undefined) return hasJwtForm(bearer) ? bearer : undefined;
      return queryToken ? token : undefined;
    };
    this.isPresented = (transport) => this.#tokenOf(transport) !== undefined;
  }

  authenticate(request: AuthenticationRequest): Promise<Principal> {
    const token = this.#tokenOf(request.transport);
    return this.#authenticator.authenticate(
      token === undefined ? request : new AnsweredRequest(request, token),
    );
  }
}
