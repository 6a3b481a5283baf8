import { deepEqual, equal, match, ok } from 'node:assert/strict';
import os from 'node:os';
import { describe, it } from 'node:test';
import { HostSampler, parseNetworkTotals } from '../../examples/host-status/host-sampler.js';

const HEADER = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;
const card = (name: string, rx: number, tx: number): string =>
  `${name.padStart(6)}: ${rx} 1 0 0 0 0 0 0 ${tx} 2 0 0 0 0 0 0\n`;

describe('HostSampler', () => {
  it('gives this machine as it is', (t) => {
    const sampler = new HostSampler();
    t.after(() => {
      sampler.close();
    });
    const sample = sampler.sample();
    deepEqual(Object.keys(sample).sort(), [
      'cpus',
      'event_loop_delay_ms',
      'host',
      'load',
      'memory_total',
      'memory_used',
      'network_rx_per_second',
      'network_tx_per_second',
      'sampled_at',
    ]);
    equal(sample.host, os.hostname());
    equal(sample.cpus, os.cpus().length);
    equal(sample.load.length, 3);
    equal(sample.memory_total, os.totalmem());
    ok(sample.memory_used > 0 && sample.memory_used < sample.memory_total);
    ok(sample.event_loop_delay_ms >= 0);
    match(sample.sampled_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('knows no network rate at first, then the bytes a second', (t) => {
    const { sampler, set } = scripted();
    t.after(() => {
      sampler.close();
    });
    set(HEADER + card('eth0', 1000, 500), 1000);
    deepEqual(rates(sampler), [null, null]);
    set(HEADER + card('eth0', 5000, 700), 3000);
    deepEqual(rates(sampler), [2000, 100]);
    deepEqual(rates(sampler), [null, null], 'no time has passed');
  });

  it('says that it does not know the network where there is no /proc/net/dev', (t) => {
    const { sampler, set } = scripted();
    t.after(() => {
      sampler.close();
    });
    set(undefined, 1000);
    deepEqual(rates(sampler), [null, null]);
    set(undefined, 2000);
    deepEqual(rates(sampler), [null, null]);
  });

  it('says nothing of the network when a card has gone with its total', (t) => {
    const { sampler, set } = scripted();
    t.after(() => {
      sampler.close();
    });
    set(HEADER + card('eth0', 1000, 500) + card('eth1', 9000, 9000), 1000);
    rates(sampler);
    set(HEADER + card('eth0', 2000, 600), 2000);
    deepEqual(rates(sampler), [null, null]);
    set(HEADER + card('eth0', 2500, 650), 3000);
    deepEqual(rates(sampler), [500, 50]);
  });

  it('adds up cards, and leaves out the loopback and what passes a card anyway', () => {
    const text =
      HEADER +
      [
        card('lo', 1e9, 1e9),
        card('eth0', 10, 1),
        card('wlan0', 20, 2),
        card('docker0', 1e9, 1e9),
        card('veth12ab', 1e9, 1e9),
        card('br-0f', 1e9, 1e9),
        card('virbr0', 1e9, 1e9),
      ].join('');
    deepEqual(parseNetworkTotals(text), { rx: 30, tx: 3 });
  });

  it('reads counters that touch the colon, as old kernels write them', () => {
    deepEqual(parseNetworkTotals('  eth0:123456789 1 0 0 0 0 0 0 987 2 0 0 0 0 0 0'), {
      rx: 123_456_789,
      tx: 987,
    });
  });
});

function scripted(): {
  sampler: HostSampler;
  set: (text: string | undefined, now: number) => void;
} {
  let network: string | undefined;
  let time = 0;
  return {
    sampler: new HostSampler({ readNetwork: () => network, now: () => time }),
    set: (text, now) => {
      network = text;
      time = now;
    },
  };
}

function rates(sampler: HostSampler): readonly (number | null)[] {
  const { network_rx_per_second, network_tx_per_second } = sampler.sample();
  return [network_rx_per_second, network_tx_per_second];
}
