import type { RunningContender } from './contender.js';
import { CallLoad } from './generator/call-load.js';
import { FanOutLoad, type Subscriber } from './generator/fan-out-load.js';
import type { Load } from './generator/load.js';
import { Payload } from './generator/payload.js';
import type { Scenario } from './scenarios.js';

const PROCEDURE = 'com.example.bench.echo';
const TOPIC_PREFIX = 'com.example.bench.topic';
/** Below the router's limit on connections of one address that have not joined yet. */
const CONNECT_AT_ONCE = 10;

/** Makes a scenario's sessions, subscriptions and registrations, and the load that uses them. */
export async function connectLoad(scenario: Scenario, contender: RunningContender): Promise<Load> {
  const payload = new Payload(scenario.payloadBytes);
  const { window } = scenario;
  if (scenario.kind === 'rpc') {
    const [caller, callee] = await Promise.all([contender.connect(), contender.connect()]);
    await callee.register(PROCEDURE);
    const { dialect } = contender;
    return new CallLoad({ caller, callee, procedure: PROCEDURE, dialect, payload, window });
  }
  const publisher = await contender.connect();
  const topics = Array.from({ length: scenario.topics }, (_, index) => `${TOPIC_PREFIX}.${index}`);
  const subscribers = await connectSubscribers(scenario, contender, topics);
  return new FanOutLoad({ publisher, topics, subscribers, payload, window });
}

async function connectSubscribers(
  scenario: Scenario,
  contender: RunningContender,
  topics: readonly string[],
): Promise<readonly Subscriber[]> {
  const places = topics.flatMap((name, topic) =>
    Array.from({ length: scenario.subscribersPerTopic }, () => ({ name, topic })),
  );
  const subscribers: Subscriber[] = [];
  while (subscribers.length < places.length) {
    const next = places.slice(subscribers.length, subscribers.length + CONNECT_AT_ONCE);
    subscribers.push(
      ...(await Promise.all(
        next.map(async ({ name, topic }) => {
          const peer = await contender.connect();
          return { peer, topic, subscription: await peer.subscribe(name) };
        }),
      )),
    );
  }
  return subscribers;
}
