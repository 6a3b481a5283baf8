import { deepEqual, equal, notDeepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Decoy } from '../../../src/auth/methods/decoy.js';

describe('Decoy', () => {
  it('gives the same for the same name, for ever, and nothing of it without the secret', () => {
    const one = new Decoy('secret');
    deepEqual(one.bytes('salt', 'nobody', 16), new Decoy('secret').bytes('salt', 'nobody', 16));
    notDeepEqual(one.bytes('salt', 'nobody', 16), one.bytes('salt', 'nobody2', 16));
    notDeepEqual(one.bytes('salt', 'nobody', 16), one.bytes('key', 'nobody', 16));
    notDeepEqual(one.bytes('salt', 'nobody', 16), new Decoy('other').bytes('salt', 'nobody', 16));
    equal(one.bytes('salt', 'nobody', 16).length, 16);
  });

  it('chooses one of several, always the same for a name', () => {
    const one = new Decoy('secret');
    const choices = ['admin', 'user'];
    const names = Array.from({ length: 50 }, (_, index) => `nobody${index}`);
    const chosen = names.map((name) => one.choice('role', name, choices));
    deepEqual(new Set(chosen), new Set(choices));
    deepEqual(
      chosen,
      names.map((name) => one.choice('role', name, choices)),
    );
    const none: readonly string[] = [];
    equal(one.choice('role', 'nobody', none), undefined);
  });
});
