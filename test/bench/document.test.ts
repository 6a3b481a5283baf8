import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  measuredPart,
  replaceMeasured,
  writeDocuments,
  type Findings,
} from '../../bench/document.js';
import type { Row } from '../../bench/row.js';
import type { Scenario } from '../../bench/scenarios.js';
import { summarise } from '../../bench/summary.js';

const FAN_OUT: Scenario = {
  name: 'fan-out',
  title: 'fan-out 100, window 8',
  kind: 'fan-out',
  topics: 1,
  subscribersPerTopic: 100,
  window: 8,
  payloadBytes: 100,
  measure: 'cpu',
  bounds: { of: 'ratio', against: 'bare-ws', must: 0.25, aim: 0.14 },
};
const JOIN: Scenario = {
  ...FAN_OUT,
  name: 'join',
  title: 'sessions joined',
  kind: 'join',
  measure: 'rate',
  bounds: { of: 'ratio', against: 'nexus', must: 0.8, aim: 1 },
};

function row(scenario: Scenario, contender: string, serverCpuSeconds: number, units: number): Row {
  return {
    scenario: scenario.name,
    contender,
    repetition: 1,
    seconds: 1,
    units,
    serverCpuSeconds,
    generatorCpuSeconds: 0.95,
  };
}

const FAN_OUT_ROWS = [row(FAN_OUT, 'bare-ws', 1, 1e6), row(FAN_OUT, 'expressway', 0.2, 1e6)];
const JOIN_ROWS = [row(JOIN, 'expressway', 0.99, 2_000)];

const FINDINGS: Findings = {
  environment: {
    startedAt: '2026-11-22T08:00:00.000Z',
    cpu: 'Model T',
    cpuCount: 2,
    memoryBytes: 8e9,
    system: 'Linux 6 x64',
    cores: { server: 0, generator: 1 },
    cpuTimesFrom: '/proc',
    node: 'v20.20.2',
    ws: '8.23.0',
    expressway: '0.1.0',
    peers: { 'wamp.rt': '0.2.0', nexus: 'by URL' },
    commit: 'abcdef',
  },
  arguments: ['--write'],
  rows: [...FAN_OUT_ROWS, ...JOIN_ROWS],
  summaries: [summarise(FAN_OUT, FAN_OUT_ROWS, 'full'), summarise(JOIN, JOIN_ROWS, 'full')],
  failures: ['wamp.rt failed in sessions joined: it is gone'],
};

const MEASURED = `2026-11-22, by \`npm run bench -- --write\`: expressway 0.1.0 (abcdef), Node v20.20.2, ws 8.23.0, wamp.rt 0.2.0, nexus by URL. 2 x Model T, 8 GB, Linux 6 x64; server on core 0, generator on core 1; CPU times from /proc.

### CPU of the server, as a ratio to bare-ws

Less is better.

![CPU of each server as a ratio to bare-ws](performance.svg)

| scenario | expressway | bare-ws | held to |
| --- | --: | --: | --: |
| fan-out 100, window 8 | 0.20 | 1.00 | bound 0.25, aim 0.14: met |

### Sessions, memory, latency

More sessions a second are better; of all else less is.

| scenario | expressway | held to |
| --- | --: | --: |
| sessions joined (per second) | 2,000 | bound 0.80 x nexus, aim 1.00 x nexus: not checked, needs --url nexus=ws://… |

The generator was the bottleneck of expressway in fan-out 100, window 8: rates there are lower bounds, latencies upper ones; CPU times stand.

wamp.rt failed in sessions joined: it is gone

### In detail

Every repetition is in [performance.json](performance.json).

**fan-out 100, window 8** (deliveries)

| contender | CPU s/million | ratio | spread | per second | server | generator | bottleneck |
| --- | --: | --: | --: | --: | --: | --: | --: |
| bare-ws | 1.00 | 1.00 | 0 % | 1,000,000 | 100 % | 95 % | server |
| expressway | 0.20 | 0.20 | 0 % | 1,000,000 | 20 % | 95 % | generator |

**sessions joined** (sessions)

| contender | rate | ratio | spread | per second | server | generator | bottleneck |
| --- | --: | --: | --: | --: | --: | --: | --: |
| expressway | 2,000 | ? | 0 % | 2,000 | 99 % | 95 % | server |`;

function folder(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'bench-document-'));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  return directory;
}

describe('measuredPart', () => {
  it('tells environment, comparison, remarks and details', () => {
    assert.equal(measuredPart(FINDINGS), MEASURED);
  });
});

describe('replaceMeasured', () => {
  const BEGIN = '<!-- measured: what follows is written by npm run bench -->';
  const END = '<!-- measured: end -->';

  it('keeps what stands around the markers', () => {
    const text = `before\n\n${BEGIN}\nold\n${END}\n\nafter\n`;
    assert.equal(replaceMeasured(text, 'new'), `before\n\n${BEGIN}\n\nnew\n\n${END}\n\nafter\n`);
  });

  for (const text of ['', BEGIN, END, `${END}${BEGIN}`]) {
    it(`refuses a document that is ${JSON.stringify(text)}`, () => {
      assert.throws(() => replaceMeasured(text, 'new'), /the document has no place/);
    });
  }
});

describe('writeDocuments', () => {
  it('writes document, plot and every row where nothing was', async (t) => {
    const directory = join(folder(t), 'new');
    await writeDocuments(directory, FINDINGS);
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    assert.match(read('performance.md'), /^# Performance\n\n<!-- measured.*-->\n\n2026-11-22, by/);
    assert.match(read('performance.md'), /\| fan-out 100, window 8 \| +0\.20 \| +1\.00 \|/);
    assert.match(read('performance.svg'), /^<svg .*<\/svg>\n$/s);
    const json: unknown = JSON.parse(read('performance.json'));
    assert.deepEqual(json, JSON.parse(JSON.stringify(FINDINGS)));
  });

  it('changes nothing but dates and numbers the second time', async (t) => {
    const directory = folder(t);
    await writeDocuments(directory, FINDINGS);
    const first = readFileSync(join(directory, 'performance.md'), 'utf8');
    await writeDocuments(directory, FINDINGS);
    assert.equal(readFileSync(join(directory, 'performance.md'), 'utf8'), first);
  });

  it('writes nothing when the document has no markers', async (t) => {
    const directory = join(folder(t), 'docs');
    mkdirSync(directory);
    writeFileSync(join(directory, 'performance.md'), '# Mine\n');
    await assert.rejects(writeDocuments(directory, FINDINGS), /the document has no place/);
    assert.equal(readFileSync(join(directory, 'performance.md'), 'utf8'), '# Mine\n');
  });
});
