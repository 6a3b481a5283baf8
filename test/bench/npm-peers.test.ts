import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CONTENDERS } from '../../bench/contender.js';
import { installPeers, peerVersions } from '../../bench/npm-peers.js';

/** A folder with one peer that its lock file wants and, where `installed` says so, with npm's note on it. */
function peersFolder(t: TestContext, installed: string | undefined): URL {
  const directory = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  const write = (name: string, value: unknown) => {
    writeFileSync(join(directory, name), JSON.stringify(value));
  };
  const locked = (version: string) => ({ packages: { 'node_modules/one': { version } } });
  write('package.json', { dependencies: { one: '1.0.0' } });
  write('package-lock.json', locked('1.0.0'));
  mkdirSync(join(directory, 'node_modules'));
  if (installed !== undefined) write('node_modules/.package-lock.json', locked(installed));
  return pathToFileURL(`${directory}/`);
}

describe('installPeers', () => {
  it('does nothing when what is there is what the lock file says', async (t) => {
    let starts = 0;
    await installPeers(() => (starts += 1), peersFolder(t, '1.0.0'));
    assert.equal(starts, 0);
  });

  for (const installed of [undefined, '0.9.0']) {
    // npm refuses this folder's lock file, which is none, without asking any registry.
    it(`says what to do when ${installed ?? 'nothing'} is there and npm fails`, async (t) => {
      let starts = 0;
      await assert.rejects(
        installPeers(() => (starts += 1), peersFolder(t, installed)),
        /^Error: The peers could not be installed in [^]*npm ci ended with 1[^]*npm ci --ignore-scripts[^]*--contender expressway/,
      );
      assert.equal(starts, 1);
    });
  }
});

describe('peerVersions', () => {
  it('has an exact version of every contender from npm', () => {
    const versions = peerVersions();
    const names = CONTENDERS.filter(({ isFromNpm }) => isFromNpm === true).map(({ name }) => name);
    assert.deepEqual(Object.keys(versions).sort(), names.sort());
    for (const version of Object.values(versions)) assert.match(version, /^\d+\.\d+\.\d+$/);
  });
});
