import { deepEqual } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  awaitTurnEnd,
  countEvent,
  currentTurn,
  type TurnMember,
} from '../../../../src/router/transport/turns/turn.js';

/** More than the clock is looked at once for, and more than once again. */
const MANY_EVENTS = 40;
const LONG_MS = 6;
const SHORT_MS = 2;

interface Clock {
  advance(ms: number): void;
}

/** A clock that stands still unless it is advanced. */
function stopClock(t: TestContext): Clock {
  let now = performance.now();
  t.mock.method(performance, 'now', () => now);
  return {
    advance: (ms) => {
      now += ms;
    },
  };
}

function bring(events: number): void {
  for (let count = 0; count < events; count += 1) countEvent();
}

/** Writes down what it is asked for. */
const memberOf = (name: string, ended: string[]): TurnMember => ({
  endTurn: () => ended.push(name),
});

/** Begins a turn in which somebody has asked for its end already, and had it: whoever asks next waits for an immediate. */
async function beginBusyTurn(): Promise<void> {
  const member = memberOf('nobody', []);
  awaitTurnEnd(member);
  await nextTurn();
  await nextTurn();
  awaitTurnEnd(member);
  await new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

describe('countEvent', () => {
  it('ends a turn that takes long for the members that there are, in their order, and once', async (t) => {
    const clock = stopClock(t);
    await beginBusyTurn();
    const ended: string[] = [];
    bring(MANY_EVENTS);
    awaitTurnEnd(memberOf('one', ended));
    awaitTurnEnd(memberOf('other', ended));
    clock.advance(LONG_MS);
    deepEqual(ended, []);
    bring(MANY_EVENTS);
    deepEqual(ended, ['one', 'other']);
    await nextTurn();
    await nextTurn();
    deepEqual(ended, ['one', 'other']);
  });

  it('ends no turn that is short, however much it brings', async (t) => {
    const clock = stopClock(t);
    await beginBusyTurn();
    const ended: string[] = [];
    bring(MANY_EVENTS);
    awaitTurnEnd(memberOf('one', ended));
    clock.advance(SHORT_MS);
    bring(1000);
    deepEqual(ended, []);
    await nextTurn();
    await nextTurn();
    deepEqual(ended, ['one']);
  });

  it('takes the time of each turn for itself', async (t) => {
    const clock = stopClock(t);
    const ended: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await beginBusyTurn();
      awaitTurnEnd(memberOf(`member ${turn}`, ended));
      bring(MANY_EVENTS);
      clock.advance(SHORT_MS);
      bring(MANY_EVENTS);
      deepEqual(ended.length, turn);
      await nextTurn();
      await nextTurn();
    }
  });

  it('ends a long turn again for those that come after its first end', async (t) => {
    const clock = stopClock(t);
    await beginBusyTurn();
    const ended: string[] = [];
    bring(MANY_EVENTS);
    for (const name of ['first', 'second', 'third']) {
      awaitTurnEnd(memberOf(name, ended));
      clock.advance(LONG_MS);
      bring(MANY_EVENTS);
      deepEqual(ended.at(-1), name);
    }
    deepEqual(ended, ['first', 'second', 'third']);
    await nextTurn();
    await nextTurn();
    deepEqual(ended, ['first', 'second', 'third']);
  });

  it('gathers what a long turn brings between two of its ends', async (t) => {
    const clock = stopClock(t);
    await beginBusyTurn();
    const ended: string[] = [];
    bring(MANY_EVENTS);
    clock.advance(LONG_MS);
    bring(MANY_EVENTS);
    for (const name of ['first', 'second', 'third']) {
      awaitTurnEnd(memberOf(name, ended));
      bring(MANY_EVENTS);
      await Promise.resolve();
      deepEqual(ended, []);
    }
    clock.advance(LONG_MS);
    bring(MANY_EVENTS);
    deepEqual(ended, ['first', 'second', 'third']);
  });

  // A share of each turn must not become a share of each part.
  it('is the same turn after one of its parts, and another one after its end', async (t) => {
    const clock = stopClock(t);
    await beginBusyTurn();
    const turn = currentTurn();
    const ended: string[] = [];
    bring(MANY_EVENTS);
    for (const name of ['first', 'second']) {
      awaitTurnEnd(memberOf(name, ended));
      clock.advance(LONG_MS);
      bring(MANY_EVENTS);
    }
    deepEqual([ended, currentTurn()], [['first', 'second'], turn]);
    await nextTurn();
    deepEqual(currentTurn(), turn + 1);
  });

  it('lets a member that asks again while the turn is ended come with the next', async (t) => {
    const clock = stopClock(t);
    await beginBusyTurn();
    const order: string[] = [];
    bring(MANY_EVENTS);
    const member = {
      endTurn: () => {
        if (order.push('end') === 1) awaitTurnEnd(member);
      },
    };
    awaitTurnEnd(member);
    clock.advance(LONG_MS);
    bring(16);
    deepEqual(order, ['end']);
    await nextTurn();
    await nextTurn();
    deepEqual(order, ['end', 'end']);
  });
});
