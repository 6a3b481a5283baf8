import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const MODULE = fileURLToPath(new URL('../../src/cli/tune-heap.js', import.meta.url));

/** What tells of V8's memory reducer; Node 20 has V8 11. */
const TRACE = process.versions.v8.startsWith('11.')
  ? '--trace-gc-verbose'
  : '--trace-memory-reducer';
/** With fewer V8 takes it for not worth while. */
const OBJECTS = 200_000;
/** Long after the wait of 50 ms that V8 is given below, to which it adds 100 ms. */
const WATCHED_MS = 1000;

const TUNING = `import { tuneHeap } from ${JSON.stringify(MODULE)}; tuneHeap();`;

/** What V8 does to shrink the heap of a process that has nothing to do after a collection. */
async function shrinkings(preparation: string): Promise<string[]> {
  const idle = `
    globalThis.kept = Array.from({ length: ${OBJECTS} }, (_, index) => ({ index }));
    gc();
    setTimeout(() => {}, ${WATCHED_MS});`;
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    TRACE,
    '--gc-memory-reducer-start-delay-ms=50',
    '--input-type=module',
    '--eval',
    preparation + idle,
  ]);
  return stdout.split('\n').filter((line) => line.includes('Memory reducer'));
}

test('an idle process keeps its heap', async () => {
  assert.deepEqual(await shrinkings(TUNING), []);
});

test('without that, V8 shrinks it', async () => {
  assert.notDeepEqual(await shrinkings(''), []);
});

/** The sizes in bytes that the young generation has while objects survive in it, until both its halves have 16 MB. */
async function sizesOfYoungGeneration(preparation: string): Promise<number[]> {
  const grow = `
    const { getHeapSpaceStatistics } = await import('node:v8');
    const sizeNow = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
    const sizes = new Set();
    globalThis.kept = [];
    for (let size = 0; size < ${2 * 16 * 2 ** 20}; sizes.add((size = sizeNow()))) kept.push(Array(8).fill(0));
    console.log(JSON.stringify([...sizes]));`;
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '--eval',
    preparation + grow,
  ]);
  return z.array(z.number()).parse(JSON.parse(stdout));
}

test('the young generation grows from the least size to 16 MB in one step', async () => {
  const [doubling, atOnce] = await Promise.all([
    sizesOfYoungGeneration(''),
    sizesOfYoungGeneration(TUNING),
  ]);
  const isBetween = (size: number): boolean => size > 4 * 2 ** 20 && size < 32 * 2 ** 20;
  assert.deepEqual(atOnce.filter(isBetween), []);
  assert.notDeepEqual(doubling.filter(isBetween), []);
});

test('the young generation is collected by one thread', async () => {
  const { stdout } = await run(process.execPath, [
    '--trace-gc',
    '--trace-parallel-scavenge',
    '--input-type=module',
    '--eval',
    `${TUNING}
    for (let count = 0; count < 2_000_000; count += 1) globalThis.last = [count];`,
  ]);
  const lines = stdout.split('\n');
  const collections = lines.filter((line) => line.includes('Scavenge ')).length;
  const threads = lines.filter((line) => line.includes('scavenge[')).length;
  assert.ok(collections > 1, stdout);
  assert.equal(threads, collections);
});
