/** How a listener finds out which of its peers are gone. */
export interface KeepAliveOptions {
  /** Between pings. Default 25 s; Infinity: never. */
  readonly pingMs?: number;
  /** How long a pong may take before the connection is ended. Default 8 s. */
  readonly pongMs?: number;
}

/** A transport that can be asked whether its peer is still there. */
export interface KeptAlive {
  /** Pings, or ends the connection, when it is time for that. */
  readonly keepAlive: (now: number, pingMs: number, pongMs: number) => void;
}

const SWEEP_MS = 1000;

/** Asks all of `transports` once a second, until the timer is cleared. */
export function sweepKeepAlive(
  transports: ReadonlySet<KeptAlive>,
  { pingMs = 25_000, pongMs = 8000 }: KeepAliveOptions,
): NodeJS.Timeout {
  return setInterval(() => {
    const now = Date.now();
    for (const transport of transports) transport.keepAlive(now, pingMs, pongMs);
  }, SWEEP_MS).unref();
}

/**
 * When a peer is to be pinged: `pingMs` after the last ping. It is lost when it has not been heard of for `pongMs` after one. While its
 * transport is paused no pong could be read: both times begin anew afterwards.
 */
export class KeepAlive {
  #pingedAt = Date.now();
  #awaitsPong = false;
  #isPaused = false;
  /** Who asked and waits; made when somebody asks. */
  #probes: ((isThere: boolean) => void)[] | undefined;

  /** The peer has sent something. */
  heard(): void {
    this.#awaitsPong = false;
    if (this.#probes !== undefined) this.#settle(true);
  }

  /**
   * Resolves with true when the peer is heard of within `timeoutMs`, for which whoever asks has pinged it; with false when it is not, or the
   * connection ends. A peer that is not read for a while sent something just before: it counts as there.
   */
  probe(timeoutMs: number): Promise<boolean> {
    if (this.#isPaused) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#settle(false);
      }, timeoutMs).unref();
      (this.#probes ??= []).push((isThere) => {
        clearTimeout(timer);
        resolve(isThere);
      });
    });
  }

  /** The connection is over. */
  end(): void {
    this.#settle(false);
  }

  /** The peer is not read for a while. */
  pause(): void {
    this.#isPaused = true;
  }

  /** The peer is read again. */
  resume(): void {
    this.#isPaused = false;
  }

  /** What is to be done now; undefined for nothing. A `ping` is taken for done. */
  due(now: number, pingMs: number, pongMs: number): 'ping' | 'lost' | undefined {
    if (this.#isPaused) {
      this.#pingedAt = now;
      return undefined;
    }
    if (this.#awaitsPong && now - this.#pingedAt >= pongMs) return 'lost';
    if (this.#awaitsPong || now - this.#pingedAt < pingMs) return undefined;
    this.#pingedAt = now;
    this.#awaitsPong = true;
    return 'ping';
  }

  #settle(isThere: boolean): void {
    const probes = this.#probes ?? [];
    this.#probes = undefined;
    for (const settle of probes) settle(isThere);
  }
}
