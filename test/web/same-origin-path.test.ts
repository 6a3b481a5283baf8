import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sameOriginPath } from '../../src/web/same-origin-path.js';

const kept = ['/', '/livestatus', '/a/b?c=//d#e', '/a//b', `/${'x'.repeat(1023)}`];
for (const path of kept) {
  it(`keeps ${path.slice(0, 20)}`, () => {
    assert.equal(sameOriginPath(path), path);
  });
}

it('resolves dots and encodes what a header cannot carry', () => {
  assert.equal(sameOriginPath('/a/../b?ü'), '/b?%C3%BC');
});

const refused = [
  '',
  'livestatus',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  ' //evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '//[',
  `/${'x'.repeat(1024)}`,
];
for (const path of refused) {
  it(`makes ${JSON.stringify(path.slice(0, 20))} the root`, () => {
    assert.equal(sameOriginPath(path), '/');
  });
}
