import type { SerializerName } from './generator/peer.js';

/** What is measured and what counts as good enough. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What makes the load. */
  readonly kind: 'fan-out' | 'rpc' | 'join' | 'idle' | 'open-loop' | 'storm';
  /** For rpc and join it means nothing; idle: as many as sessions are held. */
  readonly topics: number;
  /** One connection each; for rpc there is always one caller and one callee, for join it means nothing. */
  readonly subscribersPerTopic: number;
  /** Events or calls in flight at once, in a closed loop. */
  readonly window: number;
  /** The arguments as JSON. */
  readonly payloadBytes: number;
  /** Serializers of the subscribers, in turn; JSON alone by default. What is no router gives JSON to all. */
  readonly serializers?: readonly SerializerName[];
  /** How the subscribers match; exact by default. `pattern`: by prefix and by wildcard in turn. What is no router matches exactly. */
  readonly match?: 'exact' | 'pattern';
  /** So many pattern subscriptions that match nothing are held beside, where the contender is a router. */
  readonly patternsBeside?: number;
  /** join: how many at a time; storm: how many are cut and come back. */
  readonly sessions?: number;
  /** storm: events that the established sessions get each second. */
  readonly eventsPerSecond?: number;
  /** No more repetitions than this, since each takes long. */
  readonly maxRepetitions?: number;
  /** What is compared: see `valueOf`. */
  readonly measure: 'cpu' | 'rate' | 'memory' | 'latency' | 'recovery';
  readonly bounds: Bounds;
  /** Names of those that can take part; all by default. */
  readonly contenders?: readonly string[];
}

/** What a scenario's value is held to: from below where a rate is measured, else from above. */
export interface Bounds {
  /** Checked with `--quick`; scenarios without it are left out there. */
  readonly quick?: number;
  /** Checked in full runs; without it the scenario is only shown. */
  readonly must?: number;
  readonly aim?: number;
  /** Whether the bounds are of the ratio to `against`, or of the value itself. */
  readonly of: 'ratio' | 'value';
  /** Ratios are to this contender in the same repetition. One that takes part only when given by URL may be missing. */
  readonly against: string;
}

const fanOut = {
  kind: 'fan-out',
  topics: 1,
  subscribersPerTopic: 100,
  window: 8,
  payloadBytes: 100,
  measure: 'cpu',
} as const;
const rpc = { ...fanOut, kind: 'rpc', subscribersPerTopic: 1 } as const;
const sessions = { ...fanOut, subscribersPerTopic: 1, window: 1 } as const;
const toBareWs = { of: 'ratio', against: 'bare-ws' } as const;
const toNexus = { of: 'ratio', against: 'nexus' } as const;
const itself = { of: 'value', against: 'bare-ws' } as const;

/** WAMP routers; the last two take part when they are given by URL. */
const ROUTERS = ['expressway', 'fox-wamp', 'wamp.rt', 'nexus', 'crossbar'];
/** Those that know subscriptions by prefix and by wildcard, and the yardstick, which has the same number of exact ones. */
const WITH_PATTERNS = ['expressway', 'bare-ws', 'nexus', 'crossbar'];
/** Those that speak JSON, MessagePack and CBOR, and the yardstick, which speaks JSON alone. */
const WITH_SERIALIZERS = ['expressway', 'bare-ws', 'nexus', 'crossbar'];

const storm: Omit<Scenario, 'name' | 'title' | 'measure' | 'bounds'> = {
  ...sessions,
  kind: 'storm',
  subscribersPerTopic: 100,
  sessions: 5_000,
  eventsPerSecond: 50,
  maxRepetitions: 3,
  // The yardstick shows what the ends and beginnings of so many connections cost Node itself.
  contenders: [...ROUTERS, 'bare-ws'],
};

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  {
    ...fanOut,
    name: 'fan-out-100-w8',
    title: 'fan-out 100, window 8',
    bounds: { ...toBareWs, quick: 0.35, must: 0.25, aim: 0.14 },
  },
  {
    ...rpc,
    name: 'rpc-w64',
    title: 'RPC, window 64',
    window: 64,
    bounds: { ...toBareWs, quick: 0.8, must: 0.55, aim: 0.3 },
  },
  {
    ...fanOut,
    name: 'fan-out-1000-w8',
    title: 'fan-out 1000, window 8',
    subscribersPerTopic: 1000,
    bounds: { ...toBareWs, must: 0.25, aim: 0.14 },
  },
  {
    ...fanOut,
    name: 'fan-out-100-w1',
    title: 'fan-out 100, window 1',
    window: 1,
    bounds: { ...toBareWs, must: 0.95, aim: 0.75 },
  },
  {
    ...fanOut,
    name: 'fan-out-100-w8-1k',
    title: 'fan-out 100, window 8, 1 KB',
    payloadBytes: 1_000,
    bounds: toBareWs,
  },
  {
    ...fanOut,
    name: 'fan-out-100-w8-10k',
    title: 'fan-out 100, window 8, 10 KB',
    payloadBytes: 10_000,
    bounds: { ...toBareWs, must: 0.6, aim: 0.4 },
  },
  {
    ...fanOut,
    name: 'fan-out-100-w8-mixed',
    title: 'fan-out 100, window 8, JSON, MessagePack and CBOR',
    serializers: ['json', 'msgpack', 'cbor'],
    bounds: toBareWs,
    contenders: WITH_SERIALIZERS,
  },
  {
    ...fanOut,
    name: 'fan-out-100-w8-patterns',
    title: 'fan-out 100, window 8, by prefix and wildcard',
    match: 'pattern',
    bounds: toBareWs,
    contenders: WITH_PATTERNS,
  },
  {
    ...fanOut,
    name: 'topics-1000',
    title: '1000 topics, window 8',
    topics: 1000,
    subscribersPerTopic: 1,
    bounds: { ...toBareWs, must: 1.2, aim: 0.9 },
  },
  {
    ...fanOut,
    name: 'topics-1000-beside-patterns',
    title: '1000 topics, window 8, beside 100,000 patterns',
    topics: 1000,
    subscribersPerTopic: 1,
    patternsBeside: 100_000,
    bounds: { ...toBareWs, must: 1.2, aim: 0.9 },
    // Nexus compares each topic with every pattern and takes minutes for one turn.
    contenders: ['expressway', 'bare-ws', 'crossbar'],
  },
  {
    ...rpc,
    name: 'rpc-w1',
    title: 'RPC, window 1',
    window: 1,
    bounds: { ...toBareWs, must: 1.15, aim: 0.95 },
  },
  {
    ...rpc,
    name: 'rpc-w64-1k',
    title: 'RPC, window 64, 1 KB',
    window: 64,
    payloadBytes: 1_000,
    bounds: toBareWs,
  },
  {
    ...rpc,
    name: 'rpc-w64-10k',
    title: 'RPC, window 64, 10 KB',
    window: 64,
    payloadBytes: 10_000,
    bounds: toBareWs,
  },
  {
    ...sessions,
    name: 'join-50',
    title: 'sessions joined, 50 at a time',
    kind: 'join',
    measure: 'rate',
    sessions: 50,
    bounds: { ...toNexus, must: 0.8, aim: 1 },
    contenders: [...ROUTERS, 'bare-ws'],
  },
  {
    ...sessions,
    name: 'idle-10000',
    title: 'memory of 10,000 idle sessions, one subscription each',
    kind: 'idle',
    measure: 'memory',
    topics: 10_000,
    maxRepetitions: 3,
    bounds: { ...itself, must: 16_000, aim: 12_000 },
    contenders: [...ROUTERS, 'bare-ws'],
  },
  {
    ...fanOut,
    name: 'latency-half-rate',
    title: '100 topics at half of the own maximum rate',
    kind: 'open-loop',
    topics: 100,
    subscribersPerTopic: 1,
    window: 64,
    measure: 'latency',
    bounds: { ...toNexus, must: 1, aim: 0.5 },
  },
  {
    ...storm,
    name: 'storm-5000',
    title: '5000 clients cut and back at once: until all are back',
    measure: 'recovery',
    bounds: { ...itself, must: 10 },
  },
  {
    ...storm,
    name: 'storm-5000-latency',
    title: '5000 clients cut and back at once: p99 of 100 others',
    measure: 'latency',
    bounds: { ...itself, must: 50 },
  },
];
