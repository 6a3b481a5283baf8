import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  AuthenticatorUnavailable,
  silentLogger,
  type Logger,
  type Principal,
} from '../../router/index.js';
import { invalidTicket } from './invalid-ticket.js';
import type { TicketKind } from './ticket-kind.js';

/** What {@link BackendTickets} needs. */
export interface BackendTicketsOptions {
  /** Shared with the backends that make tickets; at least 32 bytes. */
  readonly key: Uint8Array;
  /** The roles that a ticket may give; no other. */
  readonly roles: readonly string[];
  /** A ticket that ends later than so long from now is refused. */
  readonly maxTtlMs: number;
  /** How long a session may last that was opened by one. */
  readonly sessionMs: number;
  /** Used tickets that are remembered until they expire; beyond it none is taken until one has. */
  readonly max: number;
  readonly logger?: Logger;
}

interface BackendTicket {
  readonly jti: string;
  /** Unix seconds. */
  readonly exp: number;
  readonly role: string;
}

// A role may have dots in it; nothing else has.
const TICKET = /^(v1\.([\w-]{1,64})\.(\d{1,12})\.([^\s\p{C}]{1,128}))\.([\w-]{43})$/u;

/**
 * Tickets that a backend makes by itself, without asking the router: `v1.<jti>.<exp>.<role>.<mac>`, where the MAC is HMAC-SHA256 over all that
 * stands before its dot, in base64url without padding. Each opens one session, in its role, for nobody in particular: the authid is
 * `backend:<jti>`. Which were used is remembered in memory until they expire.
 */
export class BackendTickets implements TicketKind {
  readonly name = 'backend';
  readonly isForUpgrade = true;
  readonly #options: BackendTicketsOptions;
  readonly #roles: ReadonlySet<string>;
  readonly #logger: Logger;
  /** jti -> exp, in the order of use. */
  readonly #used = new Map<string, number>();
  #earliestEnd = Infinity;

  /** Throws RangeError when no ticket could be used. */
  constructor(options: BackendTicketsOptions) {
    const { maxTtlMs, sessionMs, max } = options;
    if (!(maxTtlMs > 0 && sessionMs > 0 && max >= 1)) {
      throw new RangeError('maxTtlMs, sessionMs and max must be positive');
    }
    this.#options = options;
    this.#roles = new Set(options.roles);
    this.#logger = options.logger ?? silentLogger;
  }

  /** How many used ones are remembered now. */
  get size(): number {
    return this.#used.size;
  }

  accepts(ticket: string): boolean {
    return TICKET.test(ticket);
  }

  redeem(ticket: string): Promise<Principal> {
    const parsed = this.#verify(ticket);
    if (parsed === undefined) return this.#refuse('wrong signature');
    const { jti, exp, role } = parsed;
    const fault = this.#faultOf(parsed);
    if (fault !== undefined) return this.#refuse(fault, jti);
    if (!this.#remember(jti, exp)) {
      return Promise.reject(new AuthenticatorUnavailable('too many used backend tickets'));
    }
    const expiresAt = Date.now() + this.#options.sessionMs;
    return Promise.resolve({
      authid: `backend:${jti}`,
      authrole: role,
      authmethod: 'ticket',
      authprovider: this.name,
      authextra: { expires_at: Math.floor(expiresAt / 1000) },
      expiresAt,
    });
  }

  /** What a ticket says, if the key's owner said it. */
  #verify(ticket: string): BackendTicket | undefined {
    const [, signed = '', jti = '', exp = '', role = '', mac = ''] = TICKET.exec(ticket) ?? [];
    const expected = createHmac('sha256', this.#options.key).update(signed).digest();
    const given = Buffer.from(mac, 'base64url');
    const isRight = given.length === expected.length && timingSafeEqual(given, expected);
    return isRight ? { jti, exp: Number(exp), role } : undefined;
  }

  #faultOf({ jti, exp, role }: BackendTicket): string | undefined {
    const now = Date.now();
    if (exp * 1000 <= now) return 'expired';
    if (exp * 1000 > now + this.#options.maxTtlMs) return 'lives too long';
    if (!this.#roles.has(role)) return 'role is not for backend tickets';
    return this.#used.has(jti) ? 'used' : undefined;
  }

  /** False when there is no room: to forget another would let it be used again. */
  #remember(jti: string, exp: number): boolean {
    if (this.#used.size >= this.#options.max) this.#sweep(Date.now() / 1000);
    if (this.#used.size >= this.#options.max) return false;
    this.#used.set(jti, exp);
    this.#earliestEnd = Math.min(this.#earliestEnd, exp);
    return true;
  }

  /** Forgets those that nobody can use any more. */
  #sweep(now: number): void {
    if (this.#earliestEnd > now) return;
    this.#earliestEnd = Infinity;
    for (const [jti, exp] of this.#used) {
      if (exp <= now) this.#used.delete(jti);
      else this.#earliestEnd = Math.min(this.#earliestEnd, exp);
    }
  }

  /** Tells the client nothing, and the log the rest. */
  #refuse(reason: string, jti?: string): Promise<never> {
    this.#logger.info({ kind: this.name, jti, reason }, 'ticket refused');
    return Promise.reject(invalidTicket());
  }
}
