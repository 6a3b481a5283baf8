import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StatusBoard, type Status } from './page-modules.js';

const row = (user: string, version: number, status = `v${version}`): Status => ({
  user,
  status,
  message: '',
  version,
  changed_at: '2026-11-22T02:00:00Z',
});
const seen = (board: StatusBoard): string[] =>
  board.rows().map(({ user, status }) => `${user} ${status}`);

interface Commit {
  readonly user: string;
  readonly isRemoval: boolean;
}

/** The table after the first `version` commits. */
function tableAt(history: readonly Commit[], version: number): Status[] {
  const table = new Map<string, Status>();
  for (const [index, { user, isRemoval }] of history.slice(0, version).entries()) {
    if (isRemoval) table.delete(user);
    else table.set(user, row(user, index + 1));
  }
  return [...table.values()];
}

const commits = fc.array(
  fc.record({ user: fc.constantFrom('a', 'b', 'c', 'd'), isRemoval: fc.boolean() }),
  { minLength: 1, maxLength: 30 },
);

/** A history; the version the page subscribed at; a later one of the snapshot; every later event, some twice, in any order. */
const interleavings = commits.chain((history) =>
  fc.integer({ min: 0, max: history.length }).chain((subscribedAt) =>
    fc.integer({ min: subscribedAt, max: history.length }).chain((snapshotAt) => {
      const versions = history.map((_, index) => index + 1).slice(subscribedAt);
      return fc
        .subarray(versions)
        .chain((twice) => {
          const all = [...versions, ...twice];
          return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
        })
        .chain((events) =>
          fc.record({
            history: fc.constant(history),
            snapshotAt: fc.constant(snapshotAt),
            events: fc.constant(events),
            eventsBefore: fc.integer({ min: 0, max: events.length }),
          }),
        );
    }),
  ),
);

function deliver(board: StatusBoard, history: readonly Commit[], version: number): void {
  const commit = history[version - 1];
  assert.ok(commit);
  if (commit.isRemoval) board.remove({ user: commit.user, version });
  else board.change(row(commit.user, version));
}

describe('StatusBoard', () => {
  it('ends with the newest table, however snapshot, events and repeated events interleave', () => {
    fc.assert(
      fc.property(interleavings, ({ history, snapshotAt, events, eventsBefore }) => {
        const board = new StatusBoard();
        for (const version of events.slice(0, eventsBefore)) deliver(board, history, version);
        board.apply(tableAt(history, snapshotAt), snapshotAt);
        for (const version of events.slice(eventsBefore)) deliver(board, history, version);
        const expected = tableAt(history, history.length);
        assert.deepEqual(
          board.rows(),
          expected.sort((a, b) => (a.user < b.user ? -1 : 1)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('takes nothing over from before a resync but what is shown until the snapshot', () => {
    fc.assert(
      fc.property(commits, interleavings, (earlier, { history, snapshotAt }) => {
        const board = new StatusBoard();
        for (const index of earlier.keys()) deliver(board, earlier, index + 1);
        board.resync();
        board.apply(tableAt(history, snapshotAt), snapshotAt);
        assert.deepEqual(
          new Set(board.rows()),
          new Set(tableAt(history, snapshotAt)),
          'the snapshot alone counts, also when the service has lost its data and counts from 1',
        );
      }),
    );
  });

  it('tells whether an event was news', () => {
    const board = new StatusBoard();
    board.apply([row('ryan', 3)], 5);
    assert.equal(board.change(row('ryan', 5)), false);
    assert.equal(board.change(row('ryan', 6)), true);
    assert.equal(board.change(row('ryan', 6)), false);
    assert.equal(board.remove({ user: 'ryan', version: 7 }), true);
    assert.equal(board.remove({ user: 'ryan', version: 7 }), false);
    assert.equal(board.change(row('ryan', 6)), false);
    assert.deepEqual(seen(board), []);
  });

  it('goes on showing the old rows after a resync, with what events say meanwhile', () => {
    const board = new StatusBoard();
    board.apply([row('a', 1), row('b', 2), row('c', 3)], 3);
    board.resync();
    assert.equal(board.isComplete, false);
    board.change(row('b', 9));
    board.remove({ user: 'c', version: 10 });
    assert.deepEqual(seen(board), ['a v1', 'b v9']);
    board.apply([row('b', 9), row('d', 8)], 9);
    assert.equal(board.isComplete, true);
    assert.deepEqual(seen(board), ['b v9', 'd v8']);
  });

  it('keeps its old rows through two resyncs without a snapshot between', () => {
    const board = new StatusBoard();
    board.apply([row('a', 1)], 1);
    board.resync();
    board.resync();
    assert.deepEqual(seen(board), ['a v1']);
  });

  it('does not bring back a user removed long ago by an event repeated late', () => {
    const board = new StatusBoard();
    board.apply([], 0);
    const users = Array.from({ length: 3000 }, (_, index) => `user ${index}`);
    for (const [index, user] of users.entries()) {
      board.change(row(user, 2 * index + 1));
      board.remove({ user, version: 2 * index + 2 });
    }
    for (const [index, user] of users.entries()) board.change(row(user, 2 * index + 1));
    assert.deepEqual(seen(board), []);
  });

  it('sorts by name as a reader would, numbers by value', () => {
    const board = new StatusBoard();
    board.apply([row('user 10', 1), row('user 9', 2), row('émile', 3), row('zoe', 4)], 4);
    assert.deepEqual(
      board.rows().map(({ user }) => user),
      ['émile', 'user 9', 'user 10', 'zoe'],
    );
  });

  it('keeps users apart whose names sort alike', () => {
    const board = new StatusBoard();
    board.apply([row('1', 1), row('01', 2)], 2);
    assert.deepEqual(
      board.rows().map(({ user }) => user),
      ['01', '1'],
    );
  });

  it('takes names of inherited properties for users', () => {
    const board = new StatusBoard();
    board.change(row('__proto__', 1));
    board.change(row('constructor', 2));
    assert.deepEqual(
      new Set(board.rows().map(({ user }) => user)),
      new Set(['__proto__', 'constructor']),
    );
  });
});
