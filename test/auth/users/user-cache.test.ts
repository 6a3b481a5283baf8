import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserCache } from '../../../src/auth/users/user-cache.js';

const ada = { id: 'u-1', username: 'ada', role: 'admin' };
const bob = { username: 'bob', role: 'user' };

describe('UserCache', () => {
  // J14
  it('knows a user by id and by name, until the time is over', (t) => {
    t.mock.timers.enable({ apis: ['Date'] });
    const cache = new UserCache({ keepMs: 10_000 });
    cache.add(ada);
    cache.add(bob);
    t.mock.timers.tick(9_999);
    assert.deepEqual([cache.find('ada'), cache.findById('u-1')], [ada, ada]);
    assert.deepEqual([cache.find('bob'), cache.findById('bob')], [bob, bob]);
    assert.deepEqual([cache.find('u-1'), cache.findById('ada')], [undefined, undefined]);
    t.mock.timers.tick(1);
    assert.deepEqual([cache.find('ada'), cache.findById('u-1')], [undefined, undefined]);
  });

  it('keeps nothing when it may not', () => {
    const cache = new UserCache({ keepMs: 0 });
    cache.add(ada);
    assert.equal(cache.find('ada'), undefined);
  });

  it('forgets one by id, with the name that it had, or all', () => {
    const cache = new UserCache({ keepMs: 10_000 });
    cache.add(ada);
    cache.add({ ...ada, username: 'eve' });
    assert.deepEqual([cache.find('ada'), cache.find('eve')?.id], [undefined, 'u-1']);
    cache.remove('u-1');
    cache.remove('nobody');
    assert.deepEqual([cache.find('eve'), cache.findById('u-1')], [undefined, undefined]);
    cache.add(bob);
    cache.clear();
    assert.equal(cache.find('bob'), undefined);
  });

  it('keeps a name for who has it now, when the former holder is forgotten', () => {
    const cache = new UserCache({ keepMs: 10_000 });
    cache.add(ada);
    const heir = { ...ada, id: 'u-2' };
    cache.add(heir);
    cache.remove('u-1');
    assert.equal(cache.find('ada'), heir);
  });

  it('holds no more than it may: who was put in longest ago gives way', () => {
    const cache = new UserCache({ keepMs: 10_000, max: 2 });
    for (const username of ['a', 'b', 'a', 'c']) cache.add({ username, role: 'user' });
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => cache.find(name)?.username),
      ['a', undefined, 'c'],
    );
  });
});
