import { Uri, type Logger, type Principal } from '../../router/index.js';
import type { User, UserProvider } from '../users/user-provider.js';
import type { EndSessions } from './session-revoker.js';

/** What a {@link UserWatch} needs. */
export interface UserWatchOptions {
  readonly users: Pick<UserProvider, 'findById' | 'onchange'>;
  /** Who has an open session. */
  readonly principals: () => readonly Principal[];
  /** `router.endSessions`. */
  readonly endSessions: EndSessions;
  /** These users may not log in any more: their tokens are void even when they may again. */
  readonly ongone: (userIds: readonly string[]) => void;
  readonly logger: Logger;
  /** In so long all users with a session are asked for once, where their provider does not tell of changes. Default 10 s. */
  readonly periodMs?: number;
  /** A change is looked at once more after so long, for sessions that were about to open: the longest handshake. Default 10 s. */
  readonly settleMs?: number;
}

const TICK_MS = 1000;
/** Questions to the provider at a time. */
const CONCURRENCY = 16;

/**
 * Ends the sessions of users who may not have them any more: disabled or deleted, without a role that the session has, or whose tokens of that
 * time are void. At once when the provider of users tells of a change, else by asking for a part of the users each second.
 */
export class UserWatch {
  readonly #options: Required<UserWatchOptions>;
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: (() => void) | undefined;
  /** Users to be asked for. */
  readonly #due = new Set<string>();
  /** When to look at whom again: at everybody where nobody is named. */
  #again: { readonly at: number; readonly users: readonly string[] | undefined }[] = [];
  /** Those that are left of the current round. */
  #round: string[] = [];
  /** How many of a round are asked for in a second. */
  #share = 0;
  /** What was answered and not looked at yet; undefined: such a user may not log in. */
  #answers = new Map<string, User | undefined>();
  #asking = 0;
  #isFailing = false;

  constructor(options: UserWatchOptions) {
    this.#options = { periodMs: 10_000, settleMs: 10_000, ...options };
    this.#unsubscribe = options.users.onchange?.((changed) => {
      this.#look(changed);
      this.#again.push({ at: Date.now() + this.#options.settleMs, users: changed });
    });
    this.#timer = setInterval(() => {
      this.#tick(Date.now());
    }, TICK_MS).unref();
  }

  /** Watches no more. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    this.#due.clear();
    this.#again = [];
  }

  #tick(now: number): void {
    const due = this.#again.filter(({ at }) => at <= now);
    if (due.length > 0) {
      this.#again = this.#again.filter(({ at }) => at > now);
      for (const { users } of due) this.#look(users);
    }
    if (this.#unsubscribe === undefined) this.#lookAtSlice();
    else this.#ask();
  }

  /** Asks for these users; for all that have a session when none are named. */
  #look(users: Iterable<string> = this.#subjects()): void {
    for (const user of users) this.#due.add(user);
    this.#ask();
  }

  #lookAtSlice(): void {
    if (this.#round.length === 0) {
      this.#round = [...this.#subjects()];
      this.#share = Math.ceil((this.#round.length * TICK_MS) / this.#options.periodMs);
    }
    for (const subject of this.#round.splice(-this.#share)) this.#due.add(subject);
    this.#ask();
  }

  #subjects(): ReadonlySet<string> {
    return new Set(this.#options.principals().flatMap(({ proof }) => proof?.subject ?? []));
  }

  #ask(): void {
    for (const subject of this.#due) {
      if (this.#asking >= CONCURRENCY) return;
      this.#due.delete(subject);
      this.#asking += 1;
      void this.#check(subject);
    }
  }

  /** Never rejects: a provider that fails is asked again a second later. */
  async #check(subject: string): Promise<void> {
    const { users, logger } = this.#options;
    try {
      const user = await users.findById(subject);
      if (this.#answers.size === 0)
        setImmediate(() => {
          this.#judge();
        });
      this.#answers.set(subject, user);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) logger.error({ err: error }, 'users cannot be asked for again');
      this.#isFailing = true;
      this.#due.add(subject);
    } finally {
      this.#asking -= 1;
    }
    if (!this.#isFailing) this.#ask();
  }

  /** Looks at all sessions once for many answers. */
  #judge(): void {
    const answers = this.#answers;
    this.#answers = new Map();
    const gone = [...answers].filter(([, user]) => user === undefined).map(([userId]) => userId);
    if (gone.length > 0) this.#options.ongone(gone);
    for (const [message, is] of FAULTS) {
      const ended = this.#options.endSessions(
        (principal) => {
          const subject = principal.proof?.subject;
          return (
            subject !== undefined && answers.has(subject) && is(principal, answers.get(subject))
          );
        },
        Uri.killed,
        message,
      );
      if (ended > 0) this.#options.logger.info({ sessions: ended }, `sessions ended: ${message}`);
    }
  }
}

type Fault = (principal: Principal, user: User | undefined) => boolean;

const FAULTS: readonly (readonly [message: string, is: Fault])[] = [
  ['the user may not log in any more', (_principal, user) => user === undefined],
  [
    'the roles of the user have changed',
    ({ authrole, authroles = [authrole] }, user) =>
      ![authrole, ...authroles].every((role) => user?.roles.includes(role)),
  ],
  [
    'the tokens of this user are void',
    ({ proof, expiresAt }, user) =>
      user?.tokensValidFrom !== undefined &&
      expiresAt !== undefined &&
      (proof?.issuedAt ?? -Infinity) < user.tokensValidFrom,
  ],
];
