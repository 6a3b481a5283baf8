import { deepEqual, equal, throws } from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import {
  Revocations,
  type Revocation,
  type RevocationState,
  type RevocationStore,
} from '../../../src/auth/revocation/revocations.js';

const NOW = 1_800_000_000;

/** What came from a token of alice, or of a log-in of hers. */
const token = (issuedAt: number | undefined, id = 'jti-1', login = 'login-1') => ({
  proof: { subject: 'alice', id, ...(issuedAt !== undefined && { issuedAt }) },
  login,
  expiresAt: (NOW + 300) * 1000,
});

/** A store that notes what it is told. */
function recordingStore(kept: readonly Revocation[] = [], forgottenUntil?: number) {
  const told: [what: string, forgottenUntil: number | undefined, ids: string[]][] = [];
  const note = (what: string, all: RevocationState): void => {
    told.push([what, all.forgottenUntil, [...all.revocations].map(({ id }) => id)]);
  };
  const store: RevocationStore = {
    kept,
    forgottenUntil,
    keep: (revocations, all) => {
      note(`keep ${revocations.map(({ id }) => id).join(' ')}`, all);
    },
  };
  return { store, told };
}

describe('Revocations', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });
  });

  it('refuse tokens of a log-in that ended, and of no other', () => {
    const revocations = new Revocations({ keepMs: 1_000 });
    revocations.revokeLogin('login-1');
    equal(revocations.isRevoked(token(NOW - 1)), true);
    equal(revocations.isRevoked(token(NOW - 1, 'jti-1', 'login-2')), false);
    equal(revocations.isRevoked({ login: 'login-1' }), true);
  });

  it('refuse one token by its jti, and no other', () => {
    const revocations = new Revocations({ keepMs: 1_000 });
    revocations.revokeToken('jti-1');
    equal(revocations.isRevoked(token(NOW)), true);
    equal(revocations.isRevoked(token(NOW, 'jti-2')), false);
  });

  it('refuse what a user got before a time, and nothing later', () => {
    const revocations = new Revocations({ keepMs: 60_000 });
    revocations.revokeUsers(['alice'], NOW - 10);
    equal(revocations.isRevoked(token(NOW - 11)), true);
    equal(revocations.isRevoked(token(NOW - 10)), false);
    equal(
      revocations.isRevoked({ ...token(0), proof: { subject: 'bob', issuedAt: NOW - 11 } }),
      false,
    );
    revocations.revokeUsers(['alice']);
    mock.timers.tick(1);
    equal(revocations.isRevoked(token(NOW - 1)), true);
    equal(revocations.isRevoked(token(NOW)), false);
  });

  it('take back nothing of a later time by an earlier one', () => {
    const revocations = new Revocations({ keepMs: 60_000 });
    revocations.revokeUsers(['alice'], NOW - 10);
    revocations.revokeUsers(['alice'], NOW - 20);
    equal(revocations.isRevoked(token(NOW - 11)), true);
  });

  it('take a token without a time of issue for the oldest, and who came by no token for new', () => {
    const revocations = new Revocations({ keepMs: 1_000 });
    revocations.revokeUsers(['alice']);
    equal(revocations.isRevoked(token(undefined)), true);
    equal(revocations.isRevoked({ proof: { subject: 'alice' } }), false);
  });

  it('do not take the id of one kind for that of another', () => {
    const revocations = new Revocations({ keepMs: 1_000 });
    revocations.revokeToken('alice');
    revocations.revokeLogin('jti-1');
    equal(revocations.isRevoked(token(NOW - 1)), false);
  });

  it('are forgotten when no token can live any more', () => {
    const revocations = new Revocations({ keepMs: 1_000 });
    revocations.revokeLogin('login-1');
    mock.timers.tick(1_000);
    revocations.revokeLogin('b');
    equal(revocations.size, 2);
    mock.timers.tick(1);
    revocations.revokeLogin('c');
    equal(revocations.isRevoked(token(NOW - 1)), false);
    equal(revocations.size, 2);
  });

  it('remember a token a minute longer than it says, as clocks differ', () => {
    const revocations = new Revocations({ keepMs: 600_000 });
    revocations.revokeToken('jti-1', NOW + 1);
    mock.timers.tick(61_000);
    revocations.revokeLogin('b');
    equal(revocations.isRevoked(token(NOW)), true);
    mock.timers.tick(1);
    revocations.revokeLogin('b');
    equal(revocations.isRevoked(token(NOW)), false);
  });

  it('remember what ended twice from the second time on', () => {
    const revocations = new Revocations({ keepMs: 1_000 });
    revocations.revokeLogin('login-1');
    mock.timers.tick(900);
    revocations.revokeLogin('login-1');
    mock.timers.tick(900);
    revocations.revokeLogin('b');
    equal(revocations.isRevoked(token(NOW)), true);
    equal(revocations.size, 2);
  });

  it('refuse every token as old as what had to be forgotten', () => {
    const revocations = new Revocations({ keepMs: 60_000, max: 2 });
    const other = (issuedAt: number) => token(issuedAt, 'jti-9', 'login-9');
    revocations.revokeLogin('login-1');
    mock.timers.tick(1_000);
    revocations.revokeToken('jti-2');
    equal(revocations.isRevoked(other(NOW)), false);
    mock.timers.tick(1_000);
    revocations.revokeLogin('c');
    equal(revocations.size, 2);
    equal(revocations.isRevoked(token(NOW)), true);
    equal(revocations.isRevoked(other(NOW)), true);
    equal(revocations.isRevoked(other(NOW + 1)), false);
  });

  it('let in who stands on nothing that could be revoked, whatever was forgotten', () => {
    const revocations = new Revocations({ keepMs: 60_000, max: 1 });
    revocations.revokeLogin('a');
    revocations.revokeLogin('b');
    equal(revocations.isRevoked({ expiresAt: (NOW + 60) * 1000 }), false);
  });

  it('forget first what is over, when there are too many', () => {
    const revocations = new Revocations({ keepMs: 600_000, max: 2 });
    revocations.revokeLogin('login-1');
    revocations.revokeToken('short', NOW - 120);
    revocations.revokeToken('jti-3');
    equal(revocations.size, 2);
    equal(revocations.isRevoked(token(NOW)), true);
    equal(revocations.isRevoked(token(NOW, 'jti-4', 'other')), false);
  });

  it('go on with what their store kept', () => {
    const until = (NOW + 60) * 1000;
    const { store } = recordingStore(
      [
        { kind: 'token', id: 'jti-1', before: NOW * 1000, until },
        { kind: 'token', id: 'old', before: 0, until: NOW * 1000 - 1 },
      ],
      (NOW - 100) * 1000,
    );
    const revocations = new Revocations({ keepMs: 60_000, store });
    equal(revocations.isRevoked(token(NOW)), true);
    equal(revocations.isRevoked(token(NOW - 100, 'jti-2')), true);
    equal(revocations.isRevoked(token(NOW - 99, 'jti-2')), false);
  });

  it('tell their store of each, and of what had to be forgotten', () => {
    const { store, told } = recordingStore();
    const revocations = new Revocations({ keepMs: 60_000, max: 2, store });
    revocations.revokeLogin('a');
    revocations.revokeToken('b');
    revocations.revokeUsers(['c', 'd'], NOW);
    deepEqual(told, [
      ['keep a', undefined, ['a']],
      ['keep b', undefined, ['a', 'b']],
      ['keep c d', NOW * 1000, ['c', 'd']],
    ]);
  });

  it('throw when nothing could be remembered', () => {
    throws(() => new Revocations({ keepMs: 0 }), RangeError);
    throws(() => new Revocations({ keepMs: 1, max: 0 }), RangeError);
    throws(() => new Revocations({ keepMs: NaN }), RangeError);
    throws(() => {
      new Revocations({ keepMs: 1 }).revokeToken('a', NaN);
    }, RangeError);
  });
});
