import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CONTENDERS, type Contender } from '../../bench/contender.js';
import { entrantsOf, measureScenario, repetitionsOf, stepsOf } from '../../bench/measurement.js';
import type { Row } from '../../bench/row.js';
import { SCENARIOS, type Scenario } from '../../bench/scenarios.js';
import { contenderAt, startRelay } from './relay.js';

/** Long enough for something to be done in it, however busy this machine is. */
const TIMING = { warmUpMs: 20, measureMs: 250, repetitions: 2 };

function scenarioOf(name: string, changes: Partial<Scenario> = {}): Scenario {
  const [scenario] = SCENARIOS.filter((entry) => entry.name === name);
  assert.ok(scenario);
  return { ...scenario, ...changes };
}

const contenderOf = (name: string) => CONTENDERS.filter((contender) => contender.name === name);

/** Measures, and checks that there were as many steps as foretold. */
async function measured(scenario: Scenario, contenders: readonly Contender[]) {
  const steps: string[] = [];
  const plan = { scenario, contenders, timing: TIMING };
  const rows = await measureScenario({
    ...plan,
    placementOf: () => ({ core: undefined }),
    onstep: (what) => steps.push(what),
  });
  assert.equal(steps.length, stepsOf(plan));
  return rows;
}

/** Units and the CPU time of the server of each row are above nothing. */
function assertWork(rows: readonly Row[]): void {
  for (const { units, seconds, serverCpuSeconds } of rows) {
    assert.ok(units > 0 && seconds > 0 && serverCpuSeconds !== undefined);
  }
}

describe('measureScenario', () => {
  it('lets contenders take turns, those that can take part', async () => {
    const scenario = scenarioOf('fan-out-100-w8', {
      subscribersPerTopic: 3,
      contenders: ['bare-ws', 'batched-ws'],
    });
    const rows = await measured(scenario, CONTENDERS);
    assertWork(rows);
    assert.deepEqual(
      rows.map(({ contender, repetition }) => `${contender} ${repetition}`),
      ['bare-ws 1', 'batched-ws 1', 'bare-ws 2', 'batched-ws 2'],
    );
  });

  it('checks events of all serializers through the router', async () => {
    const scenario = scenarioOf('fan-out-100-w8-mixed', { subscribersPerTopic: 6 });
    const rows = await measured(scenario, contenderOf('expressway'));
    assertWork(rows);
    assert.equal(rows.length, 2);
  });

  it('subscribes by patterns, beside patterns that match nothing, at the router', async () => {
    const scenario = scenarioOf('topics-1000-beside-patterns', {
      topics: 4,
      subscribersPerTopic: 2,
      match: 'pattern',
      patternsBeside: 50,
    });
    const rows = await measured(scenario, contenderOf('expressway'));
    assertWork(rows);
    assert.equal(rows.length, 2);
  });

  it('counts sessions that join the router', async () => {
    const scenario = scenarioOf('join-50', { sessions: 5 });
    const rows = await measured(scenario, contenderOf('expressway'));
    assertWork(rows);
    assert.ok(rows.every(({ units }) => units >= 5));
  });

  it('measures the memory of idle sessions in a fresh server each time', async () => {
    const scenario = scenarioOf('idle-10000', { topics: 20 });
    const rows = await measured(scenario, contenderOf('bare-ws'));
    assertWork(rows);
    assert.deepEqual(
      rows.map(({ units, rssBytesPerSession }) => [units, typeof rssBytesPerSession]),
      [
        [20, 'number'],
        [20, 'number'],
      ],
    );
  });

  it('offers half of the rate that a contender reached', async () => {
    const scenario = scenarioOf('latency-half-rate', { topics: 3, window: 8 });
    const rows = await measured(scenario, contenderOf('bare-ws'));
    assertWork(rows);
    for (const { latencyMs, offeredPerSecond, generatorLagMs } of rows) {
      assert.ok(latencyMs && offeredPerSecond !== undefined && generatorLagMs !== undefined);
      assert.ok(offeredPerSecond > 0 && generatorLagMs >= 0);
      const { p50, p90, p99, p999, max } = latencyMs;
      assert.ok(0 < p50 && p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max);
    }
  });

  it('cuts the clients of the router and waits until they are back', async () => {
    const scenario = scenarioOf('storm-5000', { sessions: 20, subscribersPerTopic: 3 });
    const rows = await measured(scenario, contenderOf('expressway'));
    assertWork(rows);
    for (const { units, recoverySeconds, latencyMs, refusals } of rows) {
      assert.equal(units, 20);
      assert.ok(recoverySeconds !== undefined && recoverySeconds > 0);
      assert.ok(latencyMs !== undefined && latencyMs.p50 > 0);
      assert.equal(refusals, 0);
    }
  });

  it('rejects with the name of a contender that breaks off', async (t: TestContext) => {
    const { port, server } = await startRelay(t);
    const contender = {
      name: 'relay',
      description: 'closes every connection at its first message',
      start: () => Promise.resolve(contenderAt(port)),
    };
    server.on('connection', (socket) => {
      socket.on('message', () => {
        socket.close(4400, 'no');
      });
    });
    await assert.rejects(
      measured(scenarioOf('fan-out-100-w1', { subscribersPerTopic: 1 }), [contender]),
      /^ContenderFailure: relay: the server closed with 4400 no/,
    );
  });

  it('knows no CPU time and no memory of a server whose process is unknown', async (t) => {
    const { port } = await startRelay(t);
    const contender = {
      name: 'bare-ws',
      description: 'in this process',
      start: () => Promise.resolve(contenderAt(port)),
    };
    const rows = await measured(scenarioOf('idle-10000', { topics: 3 }), [contender]);
    assert.deepEqual(
      rows.map(({ serverCpuSeconds, rssBytesPerSession }) => [
        serverCpuSeconds,
        rssBytesPerSession,
      ]),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });
});

describe('entrantsOf', () => {
  it('leaves out who is not named, and nobody where none is', () => {
    const all = [{ name: 'expressway' }, { name: 'bare-ws' }];
    const named = scenarioOf('storm-5000', { contenders: ['expressway'] });
    assert.deepEqual(entrantsOf(named, all), [{ name: 'expressway' }]);
    assert.deepEqual(entrantsOf(scenarioOf('rpc-w1'), all), all);
  });
});

describe('repetitionsOf', () => {
  it('is what was asked for, up to what the scenario allows', () => {
    const timing = { ...TIMING, repetitions: 7 };
    assert.equal(repetitionsOf(scenarioOf('rpc-w1'), timing), 7);
    assert.equal(repetitionsOf(scenarioOf('idle-10000'), timing), 3);
    assert.equal(repetitionsOf(scenarioOf('idle-10000'), TIMING), 2);
  });
});
