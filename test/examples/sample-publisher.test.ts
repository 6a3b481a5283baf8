import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionLost, Refused, type EventConnection } from '../../examples/event-connection.js';
import type { HostSample } from '../../examples/host-status/host-sampler.js';
import { SamplePublisher } from '../../examples/host-status/sample-publisher.js';
import { recordingLog } from './silent-log.js';

const SAMPLE: HostSample = {
  host: 'h',
  load: [0, 0, 0],
  cpus: 1,
  memory_used: 1,
  memory_total: 2,
  network_rx_per_second: null,
  network_tx_per_second: null,
  event_loop_delay_ms: 0,
  sampled_at: '2026-01-01T00:00:00.000Z',
};

describe('SamplePublisher', () => {
  it('publishes the sample as kwargs', async () => {
    const { publisher, sent } = scripted(() => Promise.resolve());
    await publisher.publish(SAMPLE);
    deepEqual(sent, [['com.example.host.sample', SAMPLE]]);
    equal(publisher.dropped, 0);
  });

  it('drops samples while there is no session, and says how many when it is back', async () => {
    const { publisher, sent, log, connection } = scripted(() => Promise.resolve());
    connection.isOpen = false;
    await publisher.publish(SAMPLE);
    await publisher.publish(SAMPLE);
    deepEqual([sent.length, publisher.dropped], [0, 2]);
    connection.isOpen = true;
    await publisher.publish(SAMPLE);
    deepEqual([sent.length, publisher.dropped], [1, 0]);
    deepEqual(log.lines, ['publishing again; dropped 2 samples']);
  });

  it('has at most one sample on its way', async () => {
    let acknowledge: () => void = () => undefined;
    const { publisher, sent } = scripted(
      () =>
        new Promise((resolve) => {
          acknowledge = resolve;
        }),
    );
    const first = publisher.publish(SAMPLE);
    await publisher.publish(SAMPLE);
    deepEqual([sent.length, publisher.dropped], [1, 1]);
    acknowledge();
    await first;
  });

  it('drops the sample whose connection was lost, without a complaint of its own', async () => {
    const { publisher, log } = scripted(() => Promise.reject(new ConnectionLost('cut')));
    await publisher.publish(SAMPLE);
    equal(publisher.dropped, 1);
    deepEqual(log.lines, []);
  });

  it('says once that it is refused, and goes on trying', async () => {
    const { publisher, sent, log } = scripted((topic) =>
      Promise.reject(new Refused('wamp.error.not_authorized', topic)),
    );
    await publisher.publish(SAMPLE);
    await publisher.publish(SAMPLE);
    equal(sent.length, 2);
    deepEqual(log.lines, [
      'samples are not published: the router refused com.example.host.sample: wamp.error.not_authorized',
    ]);
  });
});

function scripted(answer: (topic: string) => Promise<void>): {
  publisher: SamplePublisher;
  connection: { isOpen: boolean };
  sent: unknown[];
  log: ReturnType<typeof recordingLog>;
} {
  const sent: unknown[] = [];
  const log = recordingLog();
  const connection: EventConnection & { isOpen: boolean } = {
    isOpen: true,
    publish: (topic, kwargs) => {
      sent.push([topic, kwargs]);
      return answer(topic);
    },
  };
  return { publisher: new SamplePublisher(connection, log), connection, sent, log };
}
