import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Makes a folder that goes with the test; gives its path. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'expressway-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}
