import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock, afterEach } from 'node:test';
import {
  BackOff,
  RouterLink,
  type AttemptHooks,
  type LinkState,
  type SessionEnd,
} from './page-modules.js';

const lost: SessionEnd = {
  hadJoined: true,
  uri: null,
  message: '',
  code: 1006,
  givenUp: undefined,
  refused: undefined,
};

/** A session whose broker answers a SUBSCRIBE or, gone silent, does not. */
class ScriptedSession {
  isSilent = false;
  subscriptions = 0;

  subscribe(): Promise<object> {
    this.subscriptions += 1;
    return this.isSilent ? new Promise(() => undefined) : Promise.resolve({});
  }

  unsubscribe(): Promise<boolean> {
    this.subscriptions -= 1;
    return Promise.resolve(false);
  }
}

interface Attempt extends AttemptHooks {
  gaveUp: string | undefined;
}

/** A link whose attempts the test ends as it likes. */
class Harness {
  readonly attempts: Attempt[] = [];
  readonly states: LinkState[] = [];
  readonly session = new ScriptedSession();
  left = 0;
  readonly link = new RouterLink({
    probeTopic: 'com.example.topic',
    attempt: (hooks) => {
      const attempt: Attempt = { ...hooks, gaveUp: undefined };
      this.attempts.push(attempt);
      return {
        giveUp: (why) => {
          attempt.gaveUp = why;
          hooks.onend({ ...lost, givenUp: why });
        },
      };
    },
    onstate: (state) => this.states.push(state),
    onjoin: () => undefined,
    onleave: () => {
      this.left += 1;
    },
  });

  get state(): LinkState {
    const state = this.states.at(-1);
    assert.ok(state);
    return state;
  }

  get attempt(): Attempt {
    const attempt = this.attempts.at(-1);
    assert.ok(attempt);
    return attempt;
  }

  join(): void {
    this.attempt.onjoin(this.session, undefined);
  }

  end(end: Partial<SessionEnd>): void {
    this.attempt.onend({ ...lost, ...end });
  }

  /** Lets the promises of a probe run their course. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

function pass(seconds: number): void {
  for (let second = 0; second < seconds; second += 1) mock.timers.tick(1000);
}

describe('RouterLink', () => {
  let harness: Harness;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
    mock.method(Math, 'random', () => 0.999);
    harness = new Harness();
    harness.link.connect();
  });

  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  it('goes from connecting to live', () => {
    assert.deepEqual(harness.state, { phase: 'connecting', reason: '' });
    harness.join();
    assert.equal(harness.state.phase, 'live');
  });

  it('is live until the end of the last token that its session was given', () => {
    harness.join();
    harness.attempt.onrenew(7000);
    assert.deepEqual(harness.state, { phase: 'live', expiresAtMs: 7000 });
    assert.equal(harness.left, 0);
  });

  it('has one attempt at a time', () => {
    harness.link.connect();
    harness.link.wake();
    harness.join();
    harness.link.connect();
    assert.equal(harness.attempts.length, 1);
  });

  it('waits longer after each failure, two seconds at most', () => {
    for (const delayMs of [499, 998, 1997, 1997, 1997]) {
      harness.end({ hadJoined: false });
      const before = harness.attempts.length;
      mock.timers.tick(delayMs);
      assert.equal(harness.attempts.length, before, 'not before its time');
      mock.timers.tick(2);
      assert.equal(harness.attempts.length, before + 1);
    }
  });

  it('goes on growing the delay after a session of a moment, begins anew after one of ten seconds', () => {
    harness.end({ hadJoined: false });
    mock.timers.tick(500);
    harness.join();
    harness.end({});
    assert.equal(harness.state.retryAtMs, Date.now() + 999);
    mock.timers.tick(1000);
    harness.join();
    pass(5);
    harness.link.heard();
    pass(5);
    harness.end({});
    assert.equal(harness.state.retryAtMs, Date.now() + 499.5);
  });

  it('waits long for a router that is busy', () => {
    harness.end({ hadJoined: false, code: 1013 });
    assert.equal(harness.state.retryAtMs, Date.now() + 3996);
  });

  it('comes back at once when its token has expired, but not when that was at once', () => {
    harness.join();
    mock.timers.tick(2000);
    harness.end({ code: 4401 });
    assert.equal(harness.state.retryAtMs, Date.now() + 249.75);
    mock.timers.tick(250);
    harness.join();
    harness.end({ code: 4401 });
    assert.equal(harness.state.retryAtMs, Date.now() + 499.5);
  });

  it('stops after a GOODBYE that means it, until the reader connects', () => {
    harness.join();
    harness.end({ uri: 'wamp.close.killed' });
    assert.equal(harness.state.phase, 'stopped');
    harness.link.wake();
    mock.timers.tick(3_600_000);
    assert.equal(harness.attempts.length, 1);
    harness.link.connect();
    assert.equal(harness.attempts.length, 2);
  });

  it('tells once that a session is over, and only if there was one', () => {
    harness.end({ hadJoined: false });
    assert.equal(harness.left, 0);
    mock.timers.tick(3000);
    harness.join();
    harness.end({});
    assert.equal(harness.left, 1);
  });

  it('does not wait for its next try when it is woken', () => {
    harness.end({ hadJoined: false });
    harness.link.wake();
    assert.equal(harness.attempts.length, 2);
    mock.timers.tick(3000);
    assert.equal(harness.attempts.length, 2, 'the try that it waited for is off');
  });

  it('asks the router for a sign of life when it is woken, and keeps a session that gives one', async () => {
    harness.join();
    harness.link.wake();
    assert.equal(harness.session.subscriptions, 1);
    await harness.settle();
    mock.timers.tick(3000);
    assert.deepEqual([harness.state.phase, harness.session.subscriptions], ['live', 0]);
  });

  it('gives a session up that gives none within three seconds', async () => {
    harness.join();
    harness.session.isSilent = true;
    harness.link.wake();
    harness.link.wake();
    assert.equal(harness.session.subscriptions, 1, 'one question at a time');
    mock.timers.tick(2999);
    await harness.settle();
    assert.equal(harness.attempt.gaveUp, undefined);
    mock.timers.tick(1);
    await harness.settle();
    assert.equal(harness.attempt.gaveUp, 'silent');
    assert.equal(harness.state.phase, 'waiting');
  });

  it('asks after ten seconds without a message, not before', () => {
    harness.join();
    pass(5);
    harness.link.heard();
    pass(10);
    assert.equal(harness.session.subscriptions, 0);
    pass(1);
    assert.equal(harness.session.subscriptions, 1);
  });

  it('notices that the machine slept, by a clock that jumped', () => {
    harness.join();
    // The mocked clock stands at the end of a tick while the timers of that tick run.
    mock.timers.tick(3_600_000);
    assert.equal(harness.session.subscriptions, 1);
  });

  it('does not wait for a connection that was being opened when the machine fell asleep', () => {
    mock.timers.tick(3_600_000);
    assert.equal(harness.attempt.gaveUp, 'slow');
  });
});

describe('BackOff', () => {
  it('draws from the whole range below a ceiling that doubles up to the cap', () => {
    const drawn = [0, 0.5, 0.25, 0.75, 0.5];
    const backOff = new BackOff(100, 400, () => drawn.shift() ?? 0);
    assert.deepEqual(
      [backOff.next(), backOff.next(), backOff.next(), backOff.next(), backOff.next()],
      [0, 100, 100, 300, 200],
    );
  });

  it('begins anew after a reset', () => {
    const backOff = new BackOff(100, 10_000, () => 0.5);
    for (let tries = 0; tries < 100; tries += 1) backOff.next();
    assert.equal(backOff.next(), 5000);
    backOff.reset();
    assert.equal(backOff.next(), 50);
  });
});
