import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { isSupportedNode } from '../../examples/runner/supported-node.js';

const MANIFEST = new URL('../../../package.json', import.meta.url);

const VERSIONS: readonly (readonly [version: string, isSupported: boolean])[] = [
  ['18.20.8', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['20.20.2', true],
  ['21.7.3', false],
  ['22.11.0', false],
  ['22.12.0', true],
  ['23.0.0', true],
  ['24.21.0', true],
];

for (const [version, isSupported] of VERSIONS) {
  it(`${isSupported ? 'takes' : 'refuses'} Node ${version}`, () => {
    equal(isSupportedNode(version), isSupported);
  });
}

it('is what package.json says', () => {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { engines: unknown };
  deepEqual(manifest.engines, { node: '^20.19.0 || >=22.12.0' });
});
