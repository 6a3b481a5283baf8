import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODULE = fileURLToPath(new URL('../../src/cli/keep-heap.js', import.meta.url));

/** What tells of V8's memory reducer; Node 20 has V8 11. */
const TRACE = process.versions.v8.startsWith('11.')
  ? '--trace-gc-verbose'
  : '--trace-memory-reducer';
/** With fewer V8 takes it for not worth while. */
const OBJECTS = 200_000;
/** Long after the wait of 50 ms that V8 is given below, to which it adds 100 ms. */
const WATCHED_MS = 1000;

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
  const keeping = `import { keepHeap } from ${JSON.stringify(MODULE)}; keepHeap();`;
  assert.deepEqual(await shrinkings(keeping), []);
});

test('without that, V8 shrinks it', async () => {
  assert.notDeepEqual(await shrinkings(''), []);
});
