import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { EndedLogins } from '../../../src/auth/revocation/ended-logins.js';

const NOW = 1_800_000_000;

describe('EndedLogins', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });
  });

  it('refuses tokens of a log-in that ended, and of no other', () => {
    const ended = new EndedLogins({ keepMs: 1_000 });
    ended.end('a');
    assert.equal(ended.isEnded('a', NOW - 1), true);
    assert.equal(ended.isEnded('b', NOW - 1), false);
  });

  it('forgets a log-in when no token of it can live any more', () => {
    const ended = new EndedLogins({ keepMs: 1_000 });
    ended.end('a');
    mock.timers.tick(1_000);
    ended.end('b');
    assert.equal(ended.size, 2);
    mock.timers.tick(1);
    ended.end('c');
    assert.equal(ended.isEnded('a', NOW - 1), false);
    assert.equal(ended.size, 2);
  });

  it('remembers one that ended twice from the second time on', () => {
    const ended = new EndedLogins({ keepMs: 1_000 });
    ended.end('a');
    mock.timers.tick(900);
    ended.end('a');
    mock.timers.tick(900);
    ended.end('b');
    assert.equal(ended.isEnded('a', NOW), true);
    assert.equal(ended.size, 2);
  });

  it('refuses every token as old as what it had to forget', () => {
    const ended = new EndedLogins({ keepMs: 60_000, max: 2 });
    ended.end('a');
    mock.timers.tick(1_000);
    ended.end('b');
    assert.equal(ended.isEnded('alive', NOW), false);
    mock.timers.tick(1_000);
    ended.end('c');
    assert.equal(ended.size, 2);
    assert.equal(ended.isEnded('a', NOW), true);
    assert.equal(ended.isEnded('alive', NOW), true);
    assert.equal(ended.isEnded('alive', NOW + 1), false);
  });

  it('throws when it could remember nothing', () => {
    assert.throws(() => new EndedLogins({ keepMs: 0 }), RangeError);
    assert.throws(() => new EndedLogins({ keepMs: 1, max: 0 }), RangeError);
    assert.throws(() => new EndedLogins({ keepMs: NaN }), RangeError);
  });
});
