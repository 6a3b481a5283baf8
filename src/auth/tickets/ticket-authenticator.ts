import type {
  AuthenticationRequest,
  Authenticator,
  Principal,
  TransportDetails,
} from '../../router/index.js';
import { checkClaimedAuthid } from '../methods/claimed-authid.js';
import { invalidTicket } from './invalid-ticket.js';
import type { TicketKind } from './ticket-kind.js';
import { ticketOf } from './upgrade-ticket.js';

/** What a {@link TicketAuthenticator} needs. */
export interface TicketAuthenticatorOptions {
  /** What counts as a ticket; the first whose form fits decides. */
  readonly kinds: readonly TicketKind[];
  /** A longer ticket is refused unread. */
  readonly maxBytes: number;
}

/**
 * Authmethod `ticket` (WAMP 13.3.2): CHALLENGE says nothing, the signature of AUTHENTICATE is the ticket. Or the ticket came with the
 * upgrade: then it decides, without a challenge. What is refused is refused in the same words, whatever was wrong with it.
 */
export class TicketAuthenticator implements Authenticator {
  readonly authmethod = 'ticket';
  readonly isPresented: (transport: TransportDetails) => boolean;
  readonly #kinds: readonly TicketKind[];
  readonly #kindsForUpgrade: readonly TicketKind[];
  readonly #maxBytes: number;
  readonly #isForUpgrade = (bearer: string): boolean =>
    this.#kindsForUpgrade.some((each) => each.accepts(bearer));

  constructor(options: TicketAuthenticatorOptions) {
    this.#kinds = options.kinds;
    this.#kindsForUpgrade = options.kinds.filter(({ isForUpgrade }) => isForUpgrade === true);
    this.#maxBytes = options.maxBytes;
    this.isPresented = (transport) => ticketOf(transport, this.#isForUpgrade) !== undefined;
  }

  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    const presented = ticketOf(request.transport, this.#isForUpgrade);
    const principal =
      presented === undefined
        ? await this.#redeem(
            (await request.challenge('ticket', {})).signature,
            request,
            this.#kinds,
          )
        : await this.#redeem(presented, request, this.#kindsForUpgrade);
    checkClaimedAuthid(request.details['authid'], principal);
    return principal;
  }

  #redeem(
    ticket: string,
    request: AuthenticationRequest,
    kinds: readonly TicketKind[],
  ): Promise<Principal> {
    const kind =
      Buffer.byteLength(ticket) <= this.#maxBytes
        ? kinds.find((each) => each.accepts(ticket))
        : undefined;
    return kind === undefined ? Promise.reject(invalidTicket()) : kind.redeem(ticket, request);
  }
}
