import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { StatusBoard, StatusFeed, type Status } from './page-modules.js';

type Handler = (args: unknown[], kwargs: unknown) => void;

/** A session of a router whose answers the test gives. */
class ScriptedSession {
  readonly handlers = new Map<string, Handler>();
  readonly answers: (() => Promise<unknown>)[] = [];
  readonly log: string[] = [];

  subscribe(topic: string, handler: Handler): Promise<object> {
    this.log.push(`subscribe ${topic}`);
    this.handlers.set(topic, handler);
    return Promise.resolve({});
  }

  call(procedure: string): Promise<unknown> {
    this.log.push(`call ${procedure}`);
    return this.answers.shift()?.() ?? new Promise(() => undefined);
  }

  publish(topic: string, kwargs: unknown): void {
    this.handlers.get(`com.example.status.${topic}`)?.([], kwargs);
  }
}

const row = (user: string, version: number): Status => ({
  user,
  status: 'busy',
  message: '',
  version,
  changed_at: '2026-11-22T02:00:00Z',
});
const snapshot = (rows: readonly unknown[], version: number): (() => Promise<unknown>) => {
  return () => Promise.resolve({ args: [rows], kwargs: { version } });
};
/** What autobahn rejects with carries the URI as `error`. */
const refusal = (error: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error(), { error }));

function makeFeed() {
  const session = new ScriptedSession();
  const board = new StatusBoard();
  const waits: string[] = [];
  const feed = new StatusFeed(session, {
    board,
    onchange: () => undefined,
    onevent: () => undefined,
    onwait: (reason) => waits.push(reason),
  });
  const users = (): string[] => board.rows().map(({ user }) => user);
  return { session, board, waits, feed, users };
}

describe('StatusFeed', () => {
  it('subscribes before it asks for the snapshot', async () => {
    const { session, feed, board, waits } = makeFeed();
    session.answers.push(snapshot([row('ryan', 1)], 1));
    await feed.start();
    assert.deepEqual(session.log, [
      'subscribe com.example.status.changed',
      'subscribe com.example.status.removed',
      'call com.example.status.list',
    ]);
    assert.deepEqual([board.isComplete, waits.at(-1)], [true, '']);
  });

  it('merges what comes while the snapshot is on its way', async () => {
    const { session, feed, users } = makeFeed();
    session.answers.push(() => {
      session.publish('changed', row('maria', 8));
      session.publish('removed', { user: 'ryan', version: 7 });
      return snapshot([row('ryan', 1)], 6)();
    });
    await feed.start();
    assert.deepEqual(users(), ['maria']);
  });

  it('asks again, later each time, until the status service is there', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    t.mock.method(Math, 'random', () => 1);
    const { session, feed, users, waits } = makeFeed();
    session.answers.push(refusal('wamp.error.no_such_procedure'));
    session.answers.push(refusal('wamp.error.canceled'));
    session.answers.push(snapshot([row('ryan', 1)], 1));
    await feed.start();
    assert.match(waits.at(-1) ?? '', /not there/u);
    t.mock.timers.tick(500);
    await settle();
    t.mock.timers.tick(999);
    assert.equal(session.log.filter((entry) => entry.startsWith('call')).length, 2);
    t.mock.timers.tick(1);
    await settle();
    assert.deepEqual([users(), waits.at(-1)], [['ryan'], '']);
  });

  it('asks again when there is no answer within five seconds', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { session, feed, waits } = makeFeed();
    void feed.start();
    await settle();
    t.mock.timers.tick(5000);
    await settle();
    assert.match(waits.at(-1) ?? '', /did not answer/u);
    session.answers.push(snapshot([], 0));
    t.mock.timers.tick(500);
    await settle();
    assert.equal(waits.at(-1), '');
  });

  it('says so when the role may not subscribe', async () => {
    const { session, feed, waits } = makeFeed();
    mock.method(session, 'subscribe', refusal('wamp.error.not_authorized'));
    await feed.start();
    assert.match(waits.at(-1) ?? '', /refused .*not_authorized/u);
    assert.equal(session.log.length, 0);
  });

  it('lets nothing in once it is stopped', async () => {
    const { session, feed, board, users } = makeFeed();
    session.answers.push(() => {
      feed.stop();
      return snapshot([row('ryan', 1)], 1)();
    });
    await feed.start();
    session.publish('changed', row('maria', 2));
    assert.deepEqual([users(), board.isComplete], [[], false]);
  });

  for (const [what, kwargs] of [
    ['nothing', undefined],
    ['no user', { version: 2 }],
    ['a user that is no string', { user: 7, version: 2 }],
    ['no version', { user: 'ryan' }],
    ['a version that is no integer', { user: 'ryan', version: '2' }],
  ] as const) {
    it(`ignores an event with ${what}`, async () => {
      const { session, feed, users } = makeFeed();
      session.answers.push(snapshot([], 0));
      await feed.start();
      session.publish('changed', kwargs);
      assert.deepEqual(users(), []);
    });
  }

  it('asks again after an answer that is no snapshot', async () => {
    const { session, feed, waits } = makeFeed();
    session.answers.push(() => Promise.resolve('what?'));
    await feed.start();
    assert.match(waits.at(-1) ?? '', /cannot read/u);
    feed.stop();
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
