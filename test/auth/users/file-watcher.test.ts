import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { FileWatcher } from '../../../src/auth/users/file-watcher.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A watcher that looks when it is told to, and how often it told of a change. */
function watch(t: TestContext, path: string, onchange = (): Promise<void> => Promise.resolve()) {
  const calls = { count: 0 };
  const watcher = new FileWatcher({
    path,
    pollMs: 2 ** 30,
    onchange: () => {
      calls.count += 1;
      return onchange();
    },
  });
  t.after(() => {
    watcher.close();
  });
  return { watcher, calls };
}

describe('FileWatcher', () => {
  it('tells of the file as it is, once it was found the same twice, and of each change', async (t) => {
    const path = join(temporaryFolder(t), 'users.yaml');
    await writeFile(path, 'one');
    const { watcher, calls } = watch(t, path);
    const told: number[] = [];
    const look = async (): Promise<void> => {
      await watcher.look();
      told.push(calls.count);
    };
    for (let looks = 0; looks < 3; looks += 1) await look();
    await writeFile(path, 'two');
    for (let looks = 0; looks < 3; looks += 1) await look();
    assert.deepEqual(told, [0, 1, 1, 1, 2, 2]);
  });

  it('waits while the file is being written', async (t) => {
    const path = join(temporaryFolder(t), 'users.yaml');
    const { watcher, calls } = watch(t, path);
    for (const text of ['', 'u', 'us', 'users']) {
      await writeFile(path, text);
      await watcher.look();
    }
    assert.equal(calls.count, 0);
    await watcher.look();
    assert.equal(calls.count, 1);
  });

  it('sees a file that was replaced by rename, with size and time of the former', async (t) => {
    const folder = temporaryFolder(t);
    const [path, next] = [join(folder, 'users.yaml'), join(folder, 'next')];
    const then = new Date(1_700_000_000_000);
    for (const file of [path, next]) {
      await writeFile(file, file === path ? 'one' : 'two');
      await utimes(file, then, then);
    }
    const { watcher, calls } = watch(t, path);
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    await rename(next, path);
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    assert.equal(calls.count, 2);
  });

  it('sees that a link above the file leads elsewhere, as Kubernetes exchanges volumes', async (t) => {
    const folder = temporaryFolder(t);
    for (const version of ['v1', 'v2']) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'users.yaml'), version);
    }
    await symlink('v1', join(folder, '..data'));
    await symlink(join('..data', 'users.yaml'), join(folder, 'users.yaml'));
    const { watcher, calls } = watch(t, join(folder, 'users.yaml'));
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    await symlink('v2', join(folder, '..tmp'));
    await rename(join(folder, '..tmp'), join(folder, '..data'));
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    assert.equal(calls.count, 2);
  });

  it('tells that the file has gone, and that it is back', async (t) => {
    const path = join(temporaryFolder(t), 'users.yaml');
    await writeFile(path, 'one');
    const { watcher, calls } = watch(t, path);
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    await rm(path);
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    await writeFile(path, 'one');
    for (let looks = 0; looks < 2; looks += 1) await watcher.look();
    assert.equal(calls.count, 3);
  });

  it('lets one call end before it looks again', async (t) => {
    const path = join(temporaryFolder(t), 'users.yaml');
    await writeFile(path, 'one');
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const { watcher, calls } = watch(t, path, () => ended);
    await watcher.look();
    const call = watcher.look();
    await writeFile(path, 'two');
    for (let looks = 0; looks < 3; looks += 1) await watcher.look();
    end();
    await call;
    assert.equal(calls.count, 1);
  });
});
