/** What is measured and what counts as good enough; the bounds are ratios to bare `ws` in the same run. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly kind: 'fan-out' | 'rpc';
  /** One connection each; for rpc there is always one caller and one callee. */
  readonly topics: number;
  readonly subscribersPerTopic: number;
  /** Events or calls in flight at once. */
  readonly window: number;
  /** The arguments as JSON. */
  readonly payloadBytes: number;
  readonly bounds: {
    /** Checked with `--quick`; scenarios without it are left out there. */
    readonly quick?: number;
    readonly must: number;
    readonly aim: number;
  };
}

const fanOut = { kind: 'fan-out', topics: 1, subscribersPerTopic: 100, payloadBytes: 100 } as const;
const rpc = { kind: 'rpc', topics: 1, subscribersPerTopic: 1, payloadBytes: 100 } as const;

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  {
    ...fanOut,
    name: 'fan-out-100-w8',
    title: 'fan-out 100, window 8',
    window: 8,
    bounds: { quick: 0.35, must: 0.25, aim: 0.14 },
  },
  {
    ...rpc,
    name: 'rpc-w64',
    title: 'RPC, window 64',
    window: 64,
    bounds: { quick: 0.8, must: 0.55, aim: 0.3 },
  },
  {
    ...fanOut,
    name: 'fan-out-1000-w8',
    title: 'fan-out 1000, window 8',
    subscribersPerTopic: 1000,
    window: 8,
    bounds: { must: 0.25, aim: 0.14 },
  },
  {
    ...fanOut,
    name: 'fan-out-100-w1',
    title: 'fan-out 100, window 1',
    window: 1,
    bounds: { must: 0.95, aim: 0.75 },
  },
  {
    ...fanOut,
    name: 'fan-out-100-w8-10k',
    title: 'fan-out 100, window 8, 10 KB',
    window: 8,
    payloadBytes: 10_000,
    bounds: { must: 0.6, aim: 0.4 },
  },
  {
    ...fanOut,
    name: 'topics-1000',
    title: '1000 topics, window 8',
    topics: 1000,
    subscribersPerTopic: 1,
    window: 8,
    bounds: { must: 1.2, aim: 0.9 },
  },
  {
    ...rpc,
    name: 'rpc-w1',
    title: 'RPC, window 1',
    window: 1,
    bounds: { must: 1.15, aim: 0.95 },
  },
];
