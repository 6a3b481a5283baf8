import { silentLogger, type Logger } from '../../router/index.js';

/** What has become of a log-in. */
export type LoginVerdict =
  | {
      readonly isOpen: true;
      /** When it will end as things are, in ms since the epoch. */
      readonly until?: number | undefined;
    }
  | {
      readonly isOpen: false;
      /** Whether its time was up: then a client may come back with a new one. Else somebody ended it. */
      readonly isExpired: boolean;
    };

/** Asks what has become of a log-in; rejects when nobody can tell now. */
export type CheckLogin = () => LoginVerdict | Promise<LoginVerdict>;

/** Why a log-in's sessions end: it was ended, its time is up, or nobody could tell for too long. */
export type LoginEnd = 'ended' | 'expired' | 'unknown';

/** What a {@link LoginWatch} needs. */
export interface LoginWatchOptions {
  /** Between two looks at the same log-in. */
  readonly everyMs: number;
  /** How long sessions go on while nobody can tell. */
  readonly outageMs: number;
  /** The log-ins that have an open session. */
  readonly loginsInUse: () => ReadonlySet<string>;
  /** The sessions of this log-in are to end. */
  readonly onend: (login: string, end: LoginEnd) => void;
  readonly logger?: Logger;
}

interface Watched {
  check: CheckLogin;
  dueAt: number;
  /** Since when nobody can tell. */
  unknownSince: number | undefined;
  isBeingChecked: boolean;
}

const TICK_MS = 1000;

/**
 * Looks at the log-ins by which sessions were opened, for as long as there are such sessions, and has these end with them. By one clock for
 * all, once a second.
 */
export class LoginWatch {
  readonly #options: LoginWatchOptions;
  readonly #logger: Logger;
  readonly #watched = new Map<string, Watched>();
  readonly #clock: NodeJS.Timeout;

  constructor(options: LoginWatchOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#clock = setInterval(() => {
      this.#lookAround(Date.now());
    }, TICK_MS).unref();
  }

  /** How many log-ins are looked at. */
  get size(): number {
    return this.#watched.size;
  }

  /** Looks at `login` from now on, as a session is about to be opened by it. It is open at the moment, at least `until`. */
  watch(login: string, check: CheckLogin, until = Infinity): void {
    const known = this.#watched.get(login);
    const dueAt = Math.min(known?.dueAt ?? Infinity, Date.now() + this.#options.everyMs, until);
    const isBeingChecked = known?.isBeingChecked ?? false;
    this.#watched.set(login, { check, dueAt, unknownSince: undefined, isBeingChecked });
  }

  /** Looks no more. Idempotent. */
  close(): void {
    clearInterval(this.#clock);
    this.#watched.clear();
  }

  #lookAround(now: number): void {
    const due = [...this.#watched].filter(
      ([, { dueAt, isBeingChecked }]) => dueAt <= now && !isBeingChecked,
    );
    if (due.length === 0) return;
    const inUse = this.#options.loginsInUse();
    for (const [login, watched] of due) {
      if (inUse.has(login)) void this.#look(login, watched);
      else this.#watched.delete(login);
    }
  }

  async #look(login: string, watched: Watched): Promise<void> {
    watched.isBeingChecked = true;
    try {
      this.#judge(login, watched, await watched.check());
    } catch (error) {
      this.#bear(login, watched, error);
    } finally {
      const current = this.#watched.get(login);
      if (current !== undefined) current.isBeingChecked = false;
    }
  }

  #judge(login: string, watched: Watched, verdict: LoginVerdict): void {
    if (!verdict.isOpen) {
      this.#end(login, watched, verdict.isExpired ? 'expired' : 'ended');
      return;
    }
    watched.unknownSince = undefined;
    watched.dueAt = Math.min(Date.now() + this.#options.everyMs, verdict.until ?? Infinity);
  }

  #bear(login: string, watched: Watched, error: unknown): void {
    const now = Date.now();
    watched.unknownSince ??= now;
    watched.dueAt = now + this.#options.everyMs;
    if (now - watched.unknownSince < this.#options.outageMs) return;
    const reason = error instanceof Error ? error.message : 'unknown';
    this.#logger.warn(
      { reason },
      'sessions end: nobody could tell for too long whether they may go on',
    );
    this.#end(login, watched, 'unknown');
  }

  #end(login: string, watched: Watched, end: LoginEnd): void {
    // Somebody has come in by it since the question was asked: the answer is out of date.
    if (this.#watched.get(login) !== watched) return;
    this.#watched.delete(login);
    this.#options.onend(login, end);
  }
}
