import { readFileSync } from 'node:fs';
import os from 'node:os';
import { monitorEventLoopDelay, performance, type IntervalHistogram } from 'node:perf_hooks';

/** One look at the host, as it goes over the wire. */
export interface HostSample {
  readonly host: string;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly cpus: number;
  /** Bytes that programs cannot have any more; caches do not count. */
  readonly memory_used: number;
  readonly memory_total: number;
  /** Bytes a second since the last sample; null when it is not known (first sample, or no /proc/net/dev). */
  readonly network_rx_per_second: number | null;
  readonly network_tx_per_second: number | null;
  /** How late timers of this process fired since the last sample, 99th percentile, in milliseconds. */
  readonly event_loop_delay_ms: number;
  /** ISO 8601, UTC. */
  readonly sampled_at: string;
}

/** Bytes that all network cards have received and sent since they came up. */
export interface NetworkTotals {
  readonly rx: number;
  readonly tx: number;
}

/** Where a sampler gets what only Linux has, and the time; for tests. */
export interface HostSources {
  /** The text of /proc/net/dev, or undefined where there is none. */
  readonly readNetwork: () => string | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const DELAY_RESOLUTION_MS = 10;
// Loopback traffic is no network traffic, and what passes a bridge passes a card as well.
const NOT_A_CARD = /^(lo|veth.*|docker.*|br-.*|virbr.*)$/;

/** Reads the host. Keeps the last totals and the event loop's histogram between samples. */
export class HostSampler {
  readonly #sources: HostSources;
  readonly #delay: IntervalHistogram;
  #last: { readonly at: number; readonly totals: NetworkTotals } | undefined;

  constructor(sources: HostSources = { readNetwork, now: () => performance.now() }) {
    this.#sources = sources;
    this.#delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
    this.#delay.enable();
  }

  /** The state of the host since the sample before. */
  sample(): HostSample {
    const network = this.#network();
    const total = os.totalmem();
    // The histogram holds the time between two ticks of a timer, so its interval has to come off.
    const delayMs = Math.max(0, this.#delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS);
    this.#delay.reset();
    return {
      host: os.hostname(),
      load: os.loadavg().map((value) => round(value)),
      cpus: os.cpus().length,
      memory_used: total - os.freemem(),
      memory_total: total,
      network_rx_per_second: network?.rx ?? null,
      network_tx_per_second: network?.tx ?? null,
      event_loop_delay_ms: round(delayMs),
      sampled_at: new Date().toISOString(),
    };
  }

  /** Stops the histogram. Idempotent. */
  close(): void {
    this.#delay.disable();
  }

  #network(): NetworkTotals | undefined {
    const text = this.#sources.readNetwork();
    if (text === undefined) return undefined;
    const last = this.#last;
    const at = this.#sources.now();
    const totals = parseNetworkTotals(text);
    this.#last = { at, totals };
    if (last === undefined || at <= last.at) return undefined;
    const seconds = (at - last.at) / 1000;
    const rx = (totals.rx - last.totals.rx) / seconds;
    const tx = (totals.tx - last.totals.tx) / seconds;
    // A card that was taken out takes its total along: then nothing true can be said.
    return rx < 0 || tx < 0 ? undefined : { rx: Math.round(rx), tx: Math.round(tx) };
  }
}

/** Adds up the network cards of /proc/net/dev: "name: rx-bytes and 7 more, tx-bytes and 7 more". */
export function parseNetworkTotals(text: string): NetworkTotals {
  let rx = 0;
  let tx = 0;
  for (const line of text.split('\n')) {
    const [, name, counters] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || counters === undefined || NOT_A_CARD.test(name)) continue;
    const numbers = counters.split(/\s+/).map(Number);
    rx += numbers[0] ?? 0;
    tx += numbers[8] ?? 0;
  }
  return { rx, tx };
}

function readNetwork(): string | undefined {
  try {
    return readFileSync('/proc/net/dev', 'utf8');
  } catch {
    return undefined;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
