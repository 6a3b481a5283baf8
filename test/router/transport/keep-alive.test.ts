import { equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { KeepAlive, sweepKeepAlive } from '../../../src/router/transport/keep-alive.js';

/** One that was made at the time 0. */
function create(t: TestContext): KeepAlive {
  t.mock.timers.enable({ apis: ['Date'], now: 0 });
  return new KeepAlive();
}

describe('KeepAlive', () => {
  it('is due for a ping when pingMs have passed since the last', (t) => {
    const keepAlive = create(t);
    equal(keepAlive.due(999, 1000, 100), undefined);
    equal(keepAlive.due(1000, 1000, 100), 'ping');
    keepAlive.heard();
    equal(keepAlive.due(1999, 1000, 100), undefined);
    equal(keepAlive.due(2000, 1000, 100), 'ping');
  });

  it('is lost when nothing was heard for pongMs after a ping', (t) => {
    const keepAlive = create(t);
    equal(keepAlive.due(1000, 1000, 100), 'ping');
    equal(keepAlive.due(1099, 1000, 100), undefined);
    equal(keepAlive.due(1100, 1000, 100), 'lost');
  });

  it('is lost also when pongMs is longer than pingMs', (t) => {
    const keepAlive = create(t);
    equal(keepAlive.due(1000, 1000, 2500), 'ping');
    equal(keepAlive.due(2000, 1000, 2500), undefined);
    equal(keepAlive.due(3499, 1000, 2500), undefined);
    equal(keepAlive.due(3500, 1000, 2500), 'lost');
  });

  it('begins both times anew after a pause', (t) => {
    const keepAlive = create(t);
    equal(keepAlive.due(1000, 1000, 100), 'ping');
    keepAlive.pause();
    equal(keepAlive.due(5000, 1000, 100), undefined);
    keepAlive.resume();
    equal(keepAlive.due(5099, 1000, 100), undefined);
    equal(keepAlive.due(5100, 1000, 100), 'lost');
  });
});

describe('sweepKeepAlive', () => {
  it('asks every transport once a second, with the default times', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const asked: string[] = [];
    const keepAlive = (now: number, pingMs: number, pongMs: number): void => {
      asked.push(`${now} ${pingMs} ${pongMs}`);
    };
    const timer = sweepKeepAlive(new Set([{ keepAlive }]), {});
    t.after(() => {
      clearInterval(timer);
    });
    t.mock.timers.tick(1000);
    t.mock.timers.tick(1000);
    equal(asked.join(), '1000 25000 8000,2000 25000 8000');
  });
});
