import type { RunningContender } from './contender.js';
import type { Audience, Subscriber } from './generator/audience.js';
import { CallLoad } from './generator/call-load.js';
import { connectMany } from './generator/connect-many.js';
import { FanOutLoad } from './generator/fan-out-load.js';
import type { Load } from './generator/load.js';
import { Payload } from './generator/payload.js';
import type { Peer } from './generator/peer.js';
import type { Scenario } from './scenarios.js';

const PROCEDURE = 'com.example.bench.echo';
/** All topics have names of one length, so none is the beginning of another. */
const FIRST_TOPIC = 10_000;
const BYSTANDERS = 20;

/** Makes the sessions, subscriptions and registrations of a scenario, and the closed loop that uses them. */
export async function connectLoad(scenario: Scenario, contender: RunningContender): Promise<Load> {
  const { window } = scenario;
  if (scenario.kind !== 'rpc') {
    return new FanOutLoad(await connectAudience(scenario, contender), window);
  }
  const payload = new Payload(scenario.payloadBytes);
  const [caller, callee] = await Promise.all([contender.connect(), contender.connect()]);
  await callee.register(PROCEDURE);
  const { dialect } = contender;
  return new CallLoad({ caller, callee, procedure: PROCEDURE, dialect, payload, window });
}

/** Makes the publisher and the subscribers of a scenario, and those who hold the patterns beside. */
export async function connectAudience(
  scenario: Scenario,
  contender: RunningContender,
): Promise<Audience> {
  const publisher = await contender.connect();
  const isRouter = contender.dialect === 'wamp';
  const patterns = isRouter ? (scenario.patternsBeside ?? 0) : 0;
  return {
    publisher,
    topics: Array.from({ length: scenario.topics }, (_, topic) => topicName(topic)),
    subscribers: await connectMany(placesOf(scenario, isRouter), (place) =>
      subscribe(contender, place),
    ),
    bystanders: patterns === 0 ? [] : await holdPatterns(contender, patterns),
    payload: new Payload(scenario.payloadBytes),
  };
}

/** What one subscriber is to do. */
interface Place {
  readonly topic: number;
  readonly serializer: Peer['serializer'];
  readonly match: 'exact' | 'prefix' | 'wildcard';
}

/** What is no router gets the same number of subscribers, but with JSON and exact matching only. */
function placesOf(scenario: Scenario, isRouter: boolean): readonly Place[] {
  const serializers = (isRouter ? scenario.serializers : undefined) ?? ['json'];
  const isPattern = isRouter && scenario.match === 'pattern';
  const { topics, subscribersPerTopic } = scenario;
  return Array.from({ length: topics * subscribersPerTopic }, (_, index) => ({
    topic: Math.floor(index / subscribersPerTopic),
    serializer: serializers[index % serializers.length] ?? 'json',
    match: isPattern ? (index % 2 === 0 ? 'prefix' : 'wildcard') : 'exact',
  }));
}

async function subscribe(
  contender: RunningContender,
  { topic, serializer, match }: Place,
): Promise<Subscriber> {
  const peer = await contender.connect(serializer);
  return { peer, topic, subscription: await peer.subscribe(URI_OF[match](topic), match) };
}

const topicName = (topic: number) => `com.example.bench.topic.${FIRST_TOPIC + topic}.status`;

const URI_OF = {
  exact: topicName,
  prefix: (topic: number) => `com.example.bench.topic.${FIRST_TOPIC + topic}`,
  wildcard: (topic: number) => `com.example.bench..${FIRST_TOPIC + topic}.status`,
} as const;

/** Patterns that share their first and last components with the topics and match none of them. */
async function holdPatterns(contender: RunningContender, count: number): Promise<readonly Peer[]> {
  const shares = Array.from({ length: BYSTANDERS }, (_, holder) =>
    Array.from({ length: Math.ceil((count - holder) / BYSTANDERS) }, (_unused, index) => {
      const number = holder + index * BYSTANDERS;
      return number % 2 === 0
        ? ({ uri: `com.example.bench.topic.x${number}`, match: 'prefix' } as const)
        : ({ uri: `com.example.bench..x${number}.status`, match: 'wildcard' } as const);
    }),
  );
  return Promise.all(
    shares.map(async (patterns) => {
      const peer = await contender.connect();
      for (const { uri, match } of patterns) await peer.subscribe(uri, match);
      return peer;
    }),
  );
}
