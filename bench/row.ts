import type { Scenario } from './scenarios.js';

/** Percentiles in milliseconds, each from when a message was to be sent until it was there. */
export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What one turn of one contender showed. A unit is a delivery, a call or a session. */
export interface Reading {
  readonly seconds: number;
  readonly units: number;
  /** Undefined for a server whose process is unknown. */
  readonly serverCpuSeconds: number | undefined;
  readonly generatorCpuSeconds: number;
  /** (RSS with the sessions - RSS before them) / sessions; undefined as above, and where it was not measured. */
  readonly rssBytesPerSession?: number | undefined;
  readonly latencyMs?: Latency;
  /** Units that were to be delivered each second, whatever came. */
  readonly offeredPerSecond?: number;
  /** From the cut until the last client was back. */
  readonly recoverySeconds?: number;
  /** Connections that were refused or not answered, and tried again. */
  readonly refusals?: number;
  /** 99th percentile of the time by which the generator itself came late; where the latency was measured. */
  readonly generatorLagMs?: number;
}

/** One repetition of one contender in one scenario. */
export interface Row extends Reading {
  readonly scenario: string;
  readonly contender: string;
  /** From 1; rows of one repetition were measured one right after the other. */
  readonly repetition: number;
}

/** Which side could not go faster. */
export type Bottleneck = 'server' | 'generator' | 'neither';

/** A process that uses its core for this share of the time cannot go faster. */
const BUSY = 0.9;

/** A generator that comes later than this measures itself. */
const MAX_LAG_MS = 5;

/**
 * The one number that the scenario compares: CPU seconds of the server per million units, units per second, bytes of RSS
 * a session, the 99th percentile in milliseconds, or the seconds until all are back. NaN where it was not measured.
 */
export function valueOf({ measure }: Pick<Scenario, 'measure'>, row: Reading): number {
  switch (measure) {
    case 'cpu':
      return ((row.serverCpuSeconds ?? NaN) / row.units) * 1e6;
    case 'rate':
      return row.units / row.seconds;
    case 'memory':
      return row.rssBytesPerSession ?? NaN;
    case 'latency':
      return row.latencyMs?.p99 ?? NaN;
    case 'recovery':
      return row.recoverySeconds ?? NaN;
  }
}

/**
 * Which side was the bottleneck: the busier one, when its process used its core for 90 % of the time. Where a latency was
 * measured the generator is to blame when it came late by itself; its CPU share says nothing then, as it waits busily.
 */
export function bottleneckOf({ measure }: Pick<Scenario, 'measure'>, row: Reading): Bottleneck {
  const server = (row.serverCpuSeconds ?? 0) / row.seconds;
  const generator = row.generatorCpuSeconds / row.seconds;
  if (measure === 'latency') {
    if ((row.generatorLagMs ?? 0) > MAX_LAG_MS) return 'generator';
    return server < BUSY ? 'neither' : 'server';
  }
  if (Math.max(server, generator) < BUSY) return 'neither';
  return generator > server ? 'generator' : 'server';
}
