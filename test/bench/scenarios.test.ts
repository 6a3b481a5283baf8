import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SCENARIOS } from '../../bench/scenarios.js';

describe('SCENARIOS', () => {
  it('have names and titles of their own', () => {
    for (const key of ['name', 'title'] as const) {
      assert.equal(new Set(SCENARIOS.map((scenario) => scenario[key])).size, SCENARIOS.length);
    }
  });

  it('hold every measure that there is to a bound', () => {
    const measures = SCENARIOS.filter(({ bounds }) => bounds.must !== undefined).map(
      ({ measure }) => measure,
    );
    assert.deepEqual([...new Set(measures)].sort(), [
      'cpu',
      'latency',
      'memory',
      'rate',
      'recovery',
    ]);
  });

  for (const { name, measure, bounds } of SCENARIOS) {
    it(`${name}: the aim is no easier than the bound, the quick bound no harder`, () => {
      const { quick, must, aim } = bounds;
      const fromEasy = [quick, must, aim].filter((bound) => bound !== undefined);
      const ascending = [...fromEasy].sort((a, b) => a - b);
      assert.deepEqual(fromEasy, measure === 'rate' ? ascending : ascending.reverse());
    });

    it(`${name}: what it is compared with can take part`, () => {
      const [scenario] = SCENARIOS.filter((other) => other.name === name);
      const known = scenario?.contenders ?? [bounds.against];
      assert.ok(bounds.of === 'value' || known.includes(bounds.against));
    });
  }
});
