import type { Scenario } from './scenarios.js';

/** How the number that a scenario compares is named and written. */
export interface Quantity {
  readonly name: string;
  /** The name with its unit, short enough for the head of a column. */
  readonly heading: string;
  readonly format: (value: number) => string;
}

const QUANTITIES: Readonly<Record<Scenario['measure'], Quantity>> = {
  cpu: {
    name: 'CPU seconds of the server per million',
    heading: 'CPU s/million',
    format: (value) => value.toFixed(2),
  },
  rate: { name: 'per second', heading: 'rate', format: (value) => wholeNumber(value) },
  memory: {
    name: 'resident kB of the server a session',
    heading: 'kB a session',
    format: (value) => (value / 1000).toFixed(1),
  },
  latency: {
    name: '99th percentile in ms',
    heading: 'p99 ms',
    format: (value) => value.toFixed(1),
  },
  recovery: {
    name: 'seconds',
    heading: 'seconds',
    format: (value) => value.toFixed(1),
  },
};

/** The quantity that the scenario measures. */
export function quantityOf({ measure }: Pick<Scenario, 'measure'>): Quantity {
  return QUANTITIES[measure];
}

/** What the scenario's bounds are written like. */
export function formatBounded({ bounds, measure }: Scenario, value: number): string {
  return bounds.of === 'ratio' ? value.toFixed(2) : QUANTITIES[measure].format(value);
}

/** What is counted in the scenario. */
export function unitOf({ kind }: Pick<Scenario, 'kind'>): string {
  switch (kind) {
    case 'rpc':
      return 'calls';
    case 'join':
    case 'idle':
    case 'storm':
      return 'sessions';
    case 'fan-out':
    case 'open-loop':
      return 'deliveries';
  }
}

/** A share as a whole percentage. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A number without a fraction, its thousands apart. */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString('en');
}
