import { deepEqual, equal } from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setImmediate as nextCheckPhase } from 'node:timers/promises';
import { describe, it, mock, type TestContext } from 'node:test';
import {
  HandshakeTurns,
  type HandshakeTurnsOptions,
} from '../../../../src/router/transport/turns/handshake-turns.js';

/** Turns, and what happened in them. */
class RecordedTurns {
  readonly turns: HandshakeTurns;
  readonly #happened: string[] = [];

  constructor(options: HandshakeTurnsOptions) {
    this.turns = new HandshakeTurns(options);
  }

  /** Lets connections enter; gives for each whether it was taken. */
  enter(...names: string[]): boolean[] {
    return names.map((name) => this.enterFrom(undefined, name));
  }

  enterFrom(address: string | undefined, name: string, connection = new EventEmitter()): boolean {
    return this.turns.enter({
      address,
      connection,
      begin: () => this.#happened.push(name),
      giveUp: () => this.#happened.push(`no ${name}`),
    });
  }

  proceed(...names: string[]): void {
    for (const name of names) this.turns.proceed(() => this.#happened.push(name));
  }

  /** What happened since it was asked last. */
  happened(): string[] {
    return this.#happened.splice(0);
  }

  /** What happens in the next turn of the event loop. */
  async nextTurn(): Promise<string[]> {
    await nextCheckPhase();
    return this.happened();
  }
}

/** Time that stands still. */
function stopClock(t: TestContext): void {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.after(() => {
    mock.timers.reset();
  });
}

describe('HandshakeTurns', () => {
  it('begins at once what a turn has room for, and the rest in later turns, in order', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 2 });
    deepEqual(recorded.enter('a', 'b', 'c', 'd', 'e'), [true, true, true, true, true]);
    deepEqual(recorded.happened(), ['a', 'b']);
    deepEqual(await recorded.nextTurn(), ['c', 'd']);
    deepEqual(await recorded.nextTurn(), ['e']);
  });

  it('never exceeds the bound, though more come in each turn', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 3 });
    const counts: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      recorded.enter('x', 'x', 'x', 'x');
      recorded.proceed('y', 'y');
      counts.push((await recorded.nextTurn()).length);
    }
    // The first turn has what was begun at once, too.
    deepEqual(counts, [6, 3, 3, 3, 3]);
  });

  it('lets who comes later not overtake who waits', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1 });
    recorded.enter('a', 'b', 'c');
    deepEqual(recorded.happened(), ['a']);
    deepEqual(await recorded.nextTurn(), ['b']);
    recorded.enter('d');
    deepEqual(await recorded.nextTurn(), ['c']);
    deepEqual(await recorded.nextTurn(), ['d']);
  });

  it('goes on with handshakes under way before it begins others', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 2 });
    recorded.enter('a', 'b', 'c', 'd');
    recorded.proceed('hello of a', 'hello of b', 'hello of z');
    deepEqual(recorded.happened(), ['a', 'b']);
    deepEqual(await recorded.nextTurn(), ['hello of a', 'hello of b']);
    deepEqual(await recorded.nextTurn(), ['hello of z', 'c']);
    deepEqual(await recorded.nextTurn(), ['d']);
  });

  it('has a whole turn to give again when nothing happened in the last one', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 2 });
    recorded.enter('a', 'b');
    recorded.happened();
    deepEqual(await recorded.nextTurn(), []);
    recorded.proceed('c', 'd');
    deepEqual(recorded.happened(), ['c', 'd']);
  });

  it('leaves each turn to others before the next begins', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1 });
    recorded.enter('a', 'b', 'c');
    const seen: string[][] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await nextCheckPhase();
      seen.push(recorded.happened());
    }
    deepEqual(seen, [['a', 'b'], ['c'], []]);
  });

  it('holds who has not begun while there is no room, until there is', async () => {
    let hasRoom = false;
    const recorded = new RecordedTurns({ hasRoom: () => hasRoom });
    recorded.enter('a', 'b');
    recorded.proceed('hello');
    deepEqual(recorded.happened(), ['hello']);
    deepEqual(await recorded.nextTurn(), []);
    hasRoom = true;
    recorded.turns.makeRoom();
    deepEqual(await recorded.nextTurn(), ['a', 'b']);
    equal(recorded.turns.waiting, 0);
  });

  it('asks again for each one whether there is room', async () => {
    let room = 0;
    const recorded = new RecordedTurns({ hasRoom: () => room-- > 0 });
    recorded.enter('a', 'b', 'c');
    room = 2;
    recorded.turns.makeRoom();
    deepEqual(await recorded.nextTurn(), ['a', 'b']);
  });

  it('refuses who comes when as many wait as may', () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1, waiting: 2 });
    deepEqual(recorded.enter('a', 'b', 'c', 'd'), [true, true, true, false]);
    equal(recorded.turns.waiting, 2);
  });

  it('refuses who comes from an address from which as many wait as may', () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1, waitingPerAddress: 1 });
    recorded.enter('first');
    equal(recorded.enterFrom('192.0.2.1', 'a'), true);
    equal(recorded.enterFrom('192.0.2.1', 'b'), false);
    equal(recorded.enterFrom('192.0.2.2', 'c'), true);
    deepEqual(recorded.enter('d', 'e'), [true, true]);
  });

  it('gives the place of who has gone to others, and listens no longer', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1, waiting: 1 });
    const connection = new EventEmitter();
    recorded.enter('a');
    recorded.enterFrom(undefined, 'b', connection);
    deepEqual(recorded.enter('c'), [false]);
    connection.emit('close');
    equal(connection.listenerCount('close'), 0);
    deepEqual(recorded.enter('d'), [true]);
    deepEqual(await recorded.nextTurn(), ['a', 'd']);
  });

  it('does not listen to a connection whose handshake has begun', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1 });
    const connection = new EventEmitter();
    recorded.enter('a');
    recorded.enterFrom(undefined, 'b', connection);
    equal(connection.listenerCount('close'), 1);
    await recorded.nextTurn();
    equal(connection.listenerCount('close'), 0);
  });

  it('gives up who has waited for too long, and no other', (t) => {
    stopClock(t);
    const recorded = new RecordedTurns({ waitMs: 1000, hasRoom: () => false });
    recorded.enter('a');
    mock.timers.tick(600);
    recorded.enter('b');
    mock.timers.tick(399);
    deepEqual(recorded.happened(), []);
    mock.timers.tick(1);
    deepEqual(recorded.happened(), ['no a']);
    mock.timers.tick(599);
    deepEqual(recorded.happened(), []);
    mock.timers.tick(1);
    deepEqual(recorded.happened(), ['no b']);
    equal(recorded.turns.waiting, 0);
  });

  it('gives up all who wait when it is closed, and takes no more', async () => {
    const recorded = new RecordedTurns({ stepsPerTurn: 1 });
    recorded.enter('a', 'b', 'c');
    recorded.proceed('hello');
    recorded.turns.close();
    deepEqual(recorded.happened(), ['a', 'no b', 'no c']);
    deepEqual(recorded.enter('d'), [false]);
    deepEqual(await recorded.nextTurn(), ['hello']);
    recorded.turns.close();
    deepEqual(recorded.happened(), []);
  });
});
