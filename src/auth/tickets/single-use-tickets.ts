import { createHash, randomBytes } from 'node:crypto';
import {
  silentLogger,
  type AuthenticationRequest,
  type Logger,
  type Principal,
} from '../../router/index.js';
import { scopeOf, type ScopeClaim } from '../permissions/token-scope.js';
import type { User, UserProvider } from '../users/user-provider.js';
import { invalidTicket } from './invalid-ticket.js';
import type { TicketKind } from './ticket-kind.js';

/** What a ticket entitles to: one session as this user, in this role and realm. */
export interface TicketGrant {
  /** {@link User.id} */
  readonly subject: string;
  readonly authrole: string;
  readonly realm: string;
  /** The client's address as the web server saw it. */
  readonly address: string;
  /** The web log-in that it came from: the session ends with it. */
  readonly login?: string | undefined;
  /** When the proof that it was given for ends, in ms since the epoch: then so does the session. */
  readonly expiresAt?: number | undefined;
  /** When that proof was made, in Unix seconds; left out: now. */
  readonly issuedAt?: number | undefined;
  /** The id of that proof: `jti` of a token. */
  readonly proofId?: string | undefined;
  /** What that proof leaves of the user's rights; left out: all. */
  readonly scope?: ScopeClaim | undefined;
}

/** A ticket, and when it ends in ms since the epoch. */
export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresAt: number;
}

/** Bounds of {@link SingleUseTickets}. */
export interface SingleUseTicketsOptions {
  readonly users: Pick<UserProvider, 'findById'>;
  /** How long a ticket can be used. */
  readonly ttlMs: number;
  /** How long a session may last that was opened by one, unless its proof ends before. */
  readonly sessionMs: number;
  /** Unused tickets in all, and of one user. */
  readonly max: number;
  readonly maxPerUser: number;
  /** Whether a ticket is good only for the address to which it was given. */
  readonly bindsAddress: boolean;
  readonly logger?: Logger;
}

/** No more tickets now: this user, or all together, have so many that were not used. */
export class TooManyTickets extends Error {
  override readonly name = 'TooManyTickets';
  readonly code = 'ERR_TOO_MANY_TICKETS';
  /** Whether it is this user's bound that is met, and not that of all. */
  readonly isOfUser: boolean;
  /** After so long one has expired. */
  readonly retryAfterMs: number;

  constructor(isOfUser: boolean, retryAfterMs: number) {
    super('too many unused tickets');
    this.isOfUser = isOfUser;
    this.retryAfterMs = retryAfterMs;
  }
}

interface Entry extends TicketGrant {
  readonly issuedAt: number;
  readonly endsAt: number;
}

const TICKET_BYTES = 32;
const TICKET = /^[\w-]{43}$/;

/**
 * Tickets of 256 random bits that open one session each. Only their SHA-256 is kept, in memory: a restart voids them. A ticket is spent
 * by its first use, also when that fails.
 */
export class SingleUseTickets implements TicketKind {
  readonly name = 'single_use';
  readonly isForUpgrade = true;
  readonly #options: SingleUseTicketsOptions;
  readonly #logger: Logger;
  /** By hash. All live equally long, so the oldest is the first to end. */
  readonly #entries = new Map<string, Entry>();
  /** The ends of each user's unused tickets, the oldest first. */
  readonly #endsByUser = new Map<string, number[]>();

  /** Throws RangeError when no ticket could be used. */
  constructor(options: SingleUseTicketsOptions) {
    const { ttlMs, sessionMs, max, maxPerUser } = options;
    if (!(ttlMs > 0 && sessionMs > 0 && max >= 1 && maxPerUser >= 1)) {
      throw new RangeError('ttlMs, sessionMs, max and maxPerUser must be positive');
    }
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /** How many unused ones are kept now. */
  get size(): number {
    return this.#entries.size;
  }

  /** A new ticket. Throws {@link TooManyTickets}. */
  issue(grant: TicketGrant): IssuedTicket {
    const { max, maxPerUser, ttlMs } = this.#options;
    const now = Date.now();
    this.#sweep(now);
    const own = this.#endsByUser.get(grant.subject) ?? [];
    if (own.length >= maxPerUser) throw new TooManyTickets(true, (own[0] ?? now) - now);
    if (this.#entries.size >= max) throw new TooManyTickets(false, ttlMs);
    const ticket = randomBytes(TICKET_BYTES).toString('base64url');
    const endsAt = now + ttlMs;
    const issuedAt = grant.issuedAt ?? Math.floor(now / 1000);
    this.#entries.set(hashOf(ticket), { ...grant, issuedAt, endsAt });
    this.#endsByUser.set(grant.subject, [...own, endsAt]);
    return { ticket, expiresAt: Math.min(endsAt, grant.expiresAt ?? Infinity) };
  }

  accepts(ticket: string): boolean {
    return TICKET.test(ticket);
  }

  redeem(ticket: string, request: AuthenticationRequest): Promise<Principal> {
    // Before anything is awaited: of any number of parallel uses one finds it.
    const entry = this.#take(hashOf(ticket));
    return entry === undefined ? this.#refuse('unknown or used') : this.#admit(entry, request);
  }

  async #admit(entry: Entry, request: AuthenticationRequest): Promise<Principal> {
    const { subject, authrole } = entry;
    const fault = this.#faultOf(entry, request);
    if (fault !== undefined) return this.#refuse(fault, subject);
    const user = await this.#options.users.findById(subject);
    if (user === undefined) return this.#refuse('user unknown or disabled', subject);
    if (!user.roles.includes(authrole)) return this.#refuse('user has lost the role', subject);
    return this.#toPrincipal(user, entry);
  }

  #faultOf(
    { endsAt, expiresAt = Infinity, realm, address }: Entry,
    request: AuthenticationRequest,
  ): string | undefined {
    if (Date.now() >= Math.min(endsAt, expiresAt)) return 'expired';
    if (realm !== request.realm) return 'for another realm';
    const isElsewhere = this.#options.bindsAddress && address !== request.transport.peer;
    return isElsewhere ? 'for another address' : undefined;
  }

  #toPrincipal({ username }: User, entry: Entry): Principal {
    const { subject, authrole, login, proofId, issuedAt, scope } = entry;
    const expiresAt = Math.min(Date.now() + this.#options.sessionMs, entry.expiresAt ?? Infinity);
    return {
      authid: username,
      authrole,
      authmethod: 'ticket',
      authprovider: this.name,
      authextra: { expires_at: Math.floor(expiresAt / 1000) },
      expiresAt,
      proof: { subject, issuedAt, ...(proofId === undefined ? {} : { id: proofId }) },
      ...(login === undefined ? {} : { login }),
      ...scopeOf(scope),
    };
  }

  #take(hash: string): Entry | undefined {
    const entry = this.#entries.get(hash);
    if (entry !== undefined) this.#remove(hash, entry);
    return entry;
  }

  #remove(hash: string, { subject, endsAt }: Entry): void {
    this.#entries.delete(hash);
    const own = this.#endsByUser.get(subject) ?? [];
    const at = own.indexOf(endsAt);
    if (own.length > 1) this.#endsByUser.set(subject, own.toSpliced(at, 1));
    else this.#endsByUser.delete(subject);
  }

  #sweep(now: number): void {
    for (const [hash, entry] of this.#entries) {
      if (entry.endsAt > now) return;
      this.#remove(hash, entry);
    }
  }

  /** Tells the client nothing, and the log the rest. */
  #refuse(reason: string, subject?: string): Promise<never> {
    this.#logger.info({ kind: this.name, subject, reason }, 'ticket refused');
    return Promise.reject(invalidTicket());
  }
}

const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');
