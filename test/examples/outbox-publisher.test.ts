import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConnectionLost, Refused, type EventConnection } from '../../examples/event-connection.js';
import { LibsqlDatabase } from '../../examples/status-service/libsql-database.js';
import type { Outbox } from '../../examples/status-service/outbox.js';
import {
  OutboxPublisher,
  type OutboxPublisherOptions,
} from '../../examples/status-service/outbox-publisher.js';
import { SqlStatusStore } from '../../examples/status-service/sql-status-store.js';
import { recordingLog, silentLog } from './silent-log.js';

describe('OutboxPublisher', () => {
  it('publishes what was already waiting, in order, and marks it', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 3 });
    connection.acknowledgeAll();
    start(t, store, connection);
    await connection.published(3);
    deepEqual(connection.versions, [1, 2, 3]);
    await emptied(store);
  });

  it('publishes a new entry at once', async (t) => {
    const { store, connection } = await setUp(t);
    connection.acknowledgeAll();
    start(t, store, connection);
    await store.set('ada', { status: 'busy', message: 'now' });
    await connection.published(1);
    equal(connection.sent[0]?.topic, 'com.example.status.changed');
    equal(connection.sent[0].kwargs['message'], 'now');
  });

  it('does not send the next entry before the router has acknowledged the one before', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 2 });
    start(t, store, connection);
    await connection.published(1);
    await store.list(); // whatever the publisher had to do meanwhile, it has done
    deepEqual(connection.versions, [1]);
    connection.answer(1);
    await connection.published(2);
    deepEqual(connection.versions, [1, 2]);
  });

  it('marks nothing that was not acknowledged', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 3 });
    start(t, store, connection);
    await connection.published(1);
    connection.answer(1);
    await connection.published(2);
    connection.lose();
    connection.acknowledgeAll();
    connection.open();
    await connection.published(4);
    deepEqual(connection.versions, [1, 2, 2, 3], 'the unanswered one goes out again');
  });

  it('publishes again under the same version what a crash left unmarked', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 2 });
    connection.acknowledgeAll();
    const crashing = { lead: () => store.lead(), pending: (limit: number) => store.pending(limit) };
    const dead = new Promise<never>(() => undefined);
    // Both are acknowledged, and then the process is gone before the mark reaches the database.
    start(t, { ...crashing, markSent: () => dead, onentry: () => undefined }, connection, {
      isAbandoned: true,
    });
    await connection.published(2);
    start(t, store, connection);
    await connection.published(4);
    deepEqual(connection.versions, [1, 2, 1, 2]);
    await emptied(store);
  });

  it('sends nothing while the router is down, and everything in order when it is back', async (t) => {
    const { store, connection } = await setUp(t, { isOpen: false });
    connection.acknowledgeAll();
    start(t, store, connection);
    for (const user of ['ada', 'bob', 'ada']) await store.set(user, { status: 'x', message: '' });
    await store.remove('bob');
    deepEqual(connection.versions, []);
    connection.open();
    await connection.published(4);
    deepEqual(connection.versions, [1, 2, 3, 4]);
    equal(connection.sent[3]?.topic, 'com.example.status.removed');
  });

  it('keeps a refused entry, says so, and lets none overtake it', async (t) => {
    const log = recordingLog();
    const { store, connection } = await setUp(t, { waiting: 2 });
    start(t, store, connection, { log, refusedRetryMs: 1 });
    await connection.published(1);
    connection.refuse(1);
    await connection.published(2);
    connection.refuse(2);
    connection.acknowledgeAll();
    await connection.published(4);
    deepEqual(connection.versions, [1, 1, 1, 2]);
    match(log.lines.join('\n'), /wamp\.error\.not_authorized.*permissions of the trusted role/);
  });

  it('goes on when the database fails for a while', async (t) => {
    const log = recordingLog();
    const { store, connection } = await setUp(t, { waiting: 1 });
    connection.acknowledgeAll();
    let failures = 2;
    const shaky: Outbox = {
      lead: () => store.lead(),
      pending: (limit) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('disk I/O')) : store.pending(limit);
      },
      markSent: (version) => store.markSent(version),
      onentry: () => undefined,
    };
    start(t, shaky, connection, { log, retryMs: 1 });
    await connection.published(1);
    equal(log.lines.filter((line) => line.includes('disk I/O')).length, 2);
  });

  it('publishes nothing while another instance leads, and takes over from it', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 1 });
    connection.acknowledgeAll();
    const sentWhenAsked: number[] = [];
    const standby: Outbox = {
      lead: () => {
        sentWhenAsked.push(connection.sent.length);
        return Promise.resolve(sentWhenAsked.length > 3);
      },
      pending: (limit) => store.pending(limit),
      markSent: (version) => store.markSent(version),
      onentry: () => undefined,
    };
    const publisher = start(t, standby, connection, { retryMs: 1 });
    await connection.published(1);
    await publisher.close();
    deepEqual(sentWhenAsked.slice(0, 4), [0, 0, 0, 0]);
  });

  it('empties a long backlog batch by batch', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 100 });
    connection.acknowledgeAll();
    start(t, store, connection, { batch: 7 });
    await connection.published(100);
    deepEqual(
      connection.versions,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    await emptied(store);
  });

  it('closes while it waits for the router', async (t) => {
    const { store, connection } = await setUp(t, { isOpen: false });
    const publisher = start(t, store, connection);
    await publisher.close();
    await publisher.close();
  });

  it('marks what was acknowledged before it closes', async (t) => {
    const { store, connection } = await setUp(t, { waiting: 2 });
    const publisher = start(t, store, connection);
    await connection.published(1);
    const closed = publisher.close();
    connection.answer(1);
    await closed;
    deepEqual(
      (await store.pending(10)).map(({ version }) => version),
      [2],
    );
  });
});

interface Sent {
  readonly topic: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/** A connection whose router is the test. */
class FakeConnection implements EventConnection {
  readonly sent: Sent[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  #acknowledges = false;
  isOpen: boolean;
  onopen: () => void = () => undefined;

  constructor(isOpen: boolean) {
    this.isOpen = isOpen;
  }

  get versions(): unknown[] {
    return this.sent.map(({ kwargs }) => kwargs['version']);
  }

  readonly publish = (topic: string, kwargs: Readonly<Record<string, unknown>>): Promise<void> =>
    new Promise((resolve, reject) => {
      this.sent.push({ topic, kwargs, resolve, reject });
      if (this.#acknowledges) resolve();
      for (const waiting of this.#waiting) {
        if (this.sent.length >= waiting.count) waiting.resolve();
      }
    });

  /** Resolves when so many messages in all have been sent. */
  published(count: number): Promise<void> {
    if (this.sent.length >= count) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
    });
  }

  acknowledgeAll(): void {
    this.#acknowledges = true;
  }

  /** Answers the n-th message with PUBLISHED. */
  answer(n: number): void {
    this.sent[n - 1]?.resolve();
  }

  /** Answers the n-th message with ERROR. */
  refuse(n: number): void {
    const message = this.sent[n - 1];
    message?.reject(new Refused('wamp.error.not_authorized', message.topic));
  }

  lose(): void {
    this.isOpen = false;
    for (const { reject } of this.sent) reject(new ConnectionLost('cut'));
  }

  open(): void {
    this.isOpen = true;
    this.onopen();
  }
}

async function setUp(
  t: TestContext,
  { waiting = 0, isOpen = true } = {},
): Promise<{ store: SqlStatusStore; connection: FakeConnection }> {
  const store = await SqlStatusStore.open(new LibsqlDatabase(':memory:'));
  t.after(() => store.close());
  for (let count = 0; count < waiting; count += 1) {
    await store.set('ada', { status: 'busy', message: String(count) });
  }
  return { store, connection: new FakeConnection(isOpen) };
}

function start(
  t: TestContext,
  outbox: Outbox,
  connection: FakeConnection,
  {
    isAbandoned = false,
    ...options
  }: Partial<OutboxPublisherOptions> & { isAbandoned?: boolean } = {},
): OutboxPublisher {
  const publisher = new OutboxPublisher({ outbox, connection, log: silentLog, ...options });
  connection.onopen = () => {
    publisher.wake();
  };
  // One that stands for a crashed process never ends: closing it would wait for ever.
  if (!isAbandoned) {
    t.after(() => {
      connection.lose();
      return publisher.close();
    });
  }
  return publisher;
}

/** Resolves when nothing is left to publish: asks again whenever the store had time to mark. */
async function emptied(store: SqlStatusStore): Promise<void> {
  while ((await store.pending(1)).length > 0) await new Promise(setImmediate);
}
