import type { LocalClient, Principal } from '../router/index.js';
import { HttpProblem } from './http-problem.js';

/** What a request does by a client. */
export type ClientUse<Result> = (client: Pick<LocalClient, 'call' | 'publish'>) => Promise<Result>;

/** What {@link UserClients} needs. */
export interface UserClientsOptions {
  /** Opens a session for somebody. May throw. */
  readonly connect: (
    principal: Principal,
  ) => Pick<LocalClient, 'call' | 'publish' | 'closed' | 'close'>;
  /** Sessions at once. Default 1,000. */
  readonly max?: number;
  /** How long a session is kept that nobody uses. Default 10 s. */
  readonly idleMs?: number;
  /** Requests of one session under way. Default 64. */
  readonly requests?: number;
}

interface UserClient {
  readonly client: ReturnType<UserClientsOptions['connect']>;
  requests: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * The WAMP sessions by which users act over HTTP: one for each that is the same in all that matters to the router, kept for a short while
 * from one request to the next, so that not each of them joins and leaves.
 */
export class UserClients {
  readonly #options: UserClientsOptions;
  readonly #clients = new Map<string, UserClient>();

  constructor(options: UserClientsOptions) {
    this.#options = options;
  }

  /** How many there are. */
  get size(): number {
    return this.#clients.size;
  }

  /**
   * Does something in the session of a principal; `identity` is equal for those who may share one. Rejects with {@link HttpProblem} 429 when the
   * principal has too much under way, 503 when there are too many sessions; with whatever `use` and `connect` fail with.
   */
  async run<Result>(
    identity: string,
    principal: Principal,
    use: ClientUse<Result>,
  ): Promise<Result> {
    const entry = this.#clients.get(identity) ?? this.#open(identity, principal);
    if (entry.requests >= (this.#options.requests ?? 64)) {
      throw new HttpProblem(429, 'Too many requests of yours are under way.', {
        'Retry-After': '1',
      });
    }
    clearTimeout(entry.idle);
    entry.requests += 1;
    try {
      return await use(entry.client);
    } finally {
      entry.requests -= 1;
      if (entry.requests === 0 && this.#clients.get(identity) === entry)
        this.#rest(identity, entry);
    }
  }

  /** Ends all sessions. Idempotent. */
  close(): void {
    for (const [identity, entry] of this.#clients) this.#end(identity, entry);
  }

  #open(identity: string, principal: Principal): UserClient {
    if (this.#clients.size >= (this.#options.max ?? 1_000)) this.#evict();
    const client = this.#options.connect(principal);
    const entry: UserClient = { client, requests: 0, idle: undefined };
    this.#clients.set(identity, entry);
    // Ended by the router: whoever comes next gets another one, if any.
    void client.closed.then(() => {
      this.#forget(identity, entry);
    });
    return entry;
  }

  /** The one that nobody has used for longest gives way: those in use come last in no order, so all are looked at. */
  #evict(): void {
    for (const [identity, entry] of this.#clients) {
      if (entry.requests > 0) continue;
      this.#end(identity, entry);
      return;
    }
    throw new HttpProblem(503, 'Too many users act over HTTP at the moment.', {
      'Retry-After': '1',
    });
  }

  #rest(identity: string, entry: UserClient): void {
    // Behind the others, so that the first is the one unused for longest.
    this.#clients.delete(identity);
    this.#clients.set(identity, entry);
    entry.idle = setTimeout(() => {
      this.#end(identity, entry);
    }, this.#options.idleMs ?? 10_000).unref();
  }

  #end(identity: string, entry: UserClient): void {
    this.#forget(identity, entry);
    entry.client.close();
  }

  #forget(identity: string, entry: UserClient): void {
    clearTimeout(entry.idle);
    if (this.#clients.get(identity) === entry) this.#clients.delete(identity);
  }
}
