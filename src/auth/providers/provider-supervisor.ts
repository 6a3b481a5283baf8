import { silentLogger, withDeadline, type Logger } from '../../router/index.js';

/** What a {@link ProviderSupervisor} keeps alive. */
export interface SupervisedProvider {
  /** Resolves when the provider can answer. */
  start(): Promise<void>;
  /** Resolves with the reason when it has ended. */
  readonly closed: Promise<string>;
  /** Ends it. Idempotent. */
  close(): void;
}

/** What a {@link ProviderSupervisor} needs. */
export interface ProviderSupervisorOptions {
  /** For the log. */
  readonly name: string;
  /** Makes a fresh provider for each attempt. What it throws counts as a failed start. */
  readonly create: () => SupervisedProvider;
  /** Before the second attempt; doubled for each further one. Default 100 ms. */
  readonly minDelayMs?: number;
  /** The longest delay. A provider that lived that long starts over with the shortest. Default 30 s. */
  readonly maxDelayMs?: number;
  /** How long a start may take. Default 5 s. */
  readonly startTimeoutMs?: number;
  /** A number from 0 to 1 for the jitter. Default Math.random. */
  readonly random?: () => number;
  readonly logger?: Logger;
}

/** Starts a provider and, whenever it ends or does not start, starts another one, ever later until one lives. */
export class ProviderSupervisor {
  readonly #options: Required<ProviderSupervisorOptions>;
  #provider: SupervisedProvider | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isReady = false;
  #isClosed = false;

  constructor(options: ProviderSupervisorOptions) {
    this.#options = {
      minDelayMs: 100,
      maxDelayMs: 30_000,
      startTimeoutMs: 5_000,
      random: Math.random,
      logger: silentLogger,
      ...options,
    };
  }

  /** Whether a provider is there and started. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Makes the first attempt and tells whether it went well; if not, others follow by themselves. To be called once. */
  start(): Promise<boolean> {
    return this.#attempt();
  }

  /** Ends the provider and tries no more. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#isReady = false;
    clearTimeout(this.#timer);
    this.#provider?.close();
  }

  async #attempt(): Promise<boolean> {
    const { name, create, startTimeoutMs, logger } = this.#options;
    let provider: SupervisedProvider | undefined;
    try {
      provider = create();
      this.#provider = provider;
      await withDeadline(provider.start(), startTimeoutMs);
    } catch (error) {
      logger.error({ provider: name, err: error }, 'authentication provider did not start');
      provider?.close();
      this.#retry();
      return false;
    }
    if (this.#isClosed) return false;
    this.#isReady = true;
    logger.info({ provider: name }, 'authentication provider ready');
    void this.#watch(provider, Date.now());
    return true;
  }

  async #watch(provider: SupervisedProvider, startedAt: number): Promise<void> {
    const reason = await provider.closed;
    if (this.#isClosed) return;
    this.#isReady = false;
    const { name, maxDelayMs, logger } = this.#options;
    logger.error({ provider: name, reason }, 'authentication provider ended');
    if (Date.now() - startedAt >= maxDelayMs) this.#failures = 0;
    this.#retry();
  }

  #retry(): void {
    if (this.#isClosed) return;
    const { minDelayMs, maxDelayMs, random } = this.#options;
    const delay = Math.min(maxDelayMs, minDelayMs * 2 ** this.#failures);
    this.#failures += 1;
    // Between half and all of it, so that what failed together does not come back together.
    this.#timer = setTimeout(() => void this.#attempt(), delay * (0.5 + random() / 2));
  }
}
