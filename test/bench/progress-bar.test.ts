import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProgressBar } from '../../bench/progress-bar.js';

/** Runs all steps of a bar and the end; what was written, in pieces. */
function written(isTTY: boolean, steps: number): readonly string[] {
  const pieces: string[] = [];
  const bar = new ProgressBar(steps, { isTTY, write: (text) => pieces.push(text) });
  for (let step = 1; step <= steps; step += 1) bar.step(`step ${step}`);
  bar.end();
  return pieces;
}

describe('ProgressBar', () => {
  it('rewrites one line on a terminal and removes it at the end', () => {
    assert.deepEqual(written(true, 2), [
      '\r\x1b[K[........................]   0 %  step 1',
      '\r\x1b[K[############............]  50 %  step 2',
      '\r\x1b[K',
    ]);
  });

  it('writes a plain line for each tenth elsewhere', () => {
    const lines = written(false, 40);
    assert.equal(lines.length, 10);
    assert.deepEqual(lines.slice(0, 2), ['  0 %  step 1\n', ' 10 %  step 5\n']);
  });
});
