import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connectAudience } from '../../bench/connect-load.js';
import { PacedLoad } from '../../bench/generator/paced-load.js';
import type { Scenario } from '../../bench/scenarios.js';
import { contenderAt, startRelay, type Fault } from './relay.js';

const SCENARIO: Scenario = {
  name: 'tiny',
  title: 'tiny',
  kind: 'open-loop',
  topics: 1,
  subscribersPerTopic: 1,
  window: 1,
  payloadBytes: 100,
  measure: 'latency',
  bounds: { of: 'value', against: 'bare-ws' },
};
const PER_SECOND = 1_000;

/** A load against a relay that misbehaves from the first event on. */
async function pacedLoad(t: TestContext, scenario: Scenario, fault?: Fault): Promise<PacedLoad> {
  const { port, state } = await startRelay(t, fault);
  const load = new PacedLoad(await connectAudience(scenario, contenderAt(port)), PER_SECOND);
  t.after(() => {
    load.close();
  });
  state.isArmed = true;
  return load;
}

async function completed(load: PacedLoad, count: number): Promise<void> {
  while (load.completed < count) await Promise.race([turn(), load.failed]);
}

describe('PacedLoad', () => {
  it('measures each delivery to each subscriber', async (t) => {
    const load = await pacedLoad(t, { ...SCENARIO, topics: 2, subscribersPerTopic: 3 });
    load.start();
    await completed(load, 60);
    await load.stop();
    assert.equal(load.takeLatencies().length, load.completed);
    assert.equal(load.completed % 3, 0);
    assert.deepEqual(load.takeLatencies(), []);
  });

  it('counts from when an event was due, so what a server holds up counts for all that are behind it', async (t) => {
    const held: string[] = [];
    const load = await pacedLoad(t, SCENARIO, (text, nth) => {
      if (nth > 20) return [text];
      held.push(text);
      return nth === 20 ? held : [];
    });
    load.start();
    await completed(load, 20);
    await load.stop();
    const latencies = load.takeLatencies();
    // The twentieth was due 19 ms after the first, and could not be sent before.
    for (const [index, latency] of latencies.slice(0, 19).entries()) {
      assert.ok(latency >= 19 - index, `event ${index} after ${latency} ms`);
    }
  });

  it('reports an event that came twice', async (t) => {
    const load = await pacedLoad(t, SCENARIO, (text, nth) => (nth === 3 ? [text, text] : [text]));
    load.start();
    await completed(load, 5);
    await assert.rejects(load.stop(), new Error('delivered wrongly, 1 duplicated'));
  });

  it('reports a lost event when nothing has moved for 30 s', async (t) => {
    const load = await pacedLoad(t, SCENARIO, (text, nth) => (nth === 3 ? [] : [text]));
    load.start();
    // The two before it, and two that came after it was missed.
    await completed(load, 4);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const stopped = load.stop();
    for (let count = 0; count < 20; count += 1) await turn();
    t.mock.timers.tick(30_000);
    await assert.rejects(stopped, /^Error: \d+ unfinished after 30 s, 1 lost$/);
  });
});
