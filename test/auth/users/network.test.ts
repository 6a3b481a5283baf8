import assert from 'node:assert/strict';
import { it } from 'node:test';
import { networkOf } from '../../../src/auth/users/network.js';

for (const [address, network] of [
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:0:1::1', '2001:db8:0:1'],
  ['2001:DB8::1:ffff:0:0:2', '2001:db8:0:1'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['unix', 'unix'],
] as const) {
  it(`takes ${address} for one of ${network}`, () => {
    assert.equal(networkOf(address), network);
  });
}
