import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { it } from 'node:test';
import {
  SqlStatusStore,
  type SqlStatusStoreOptions,
} from '../../examples/status-service/sql-status-store.js';
import type { Row, SqlDatabase, Steps } from '../../examples/status-service/sql-database.js';

/** An empty database of one kind; called for each test, and closed by the store. */
export type MakeDatabase = () => SqlDatabase;

const BUSY = { status: 'busy', message: 'in a meeting' };

/** What a status store promises on whatever database: registers its cases with the running suite. */
export function statusStoreSuite(makeDatabase: MakeDatabase): void {
  const open = (options?: SqlStatusStoreOptions): Promise<SqlStatusStore> =>
    SqlStatusStore.open(makeDatabase(), options);

  it('is empty and at version 0 when new', async (t) => {
    const store = await open();
    t.after(() => store.close());
    deepEqual(await store.list(), { statuses: [], version: 0 });
    equal(await store.find('ada'), undefined);
    deepEqual(await store.pending(10), []);
  });

  it('gives back what was set, with the version and the time of the change', async (t) => {
    const store = await open();
    t.after(() => store.close());
    const before = new Date().toISOString();
    const { status, created } = await store.set('ada', BUSY);
    equal(created, true);
    ok(status.changed_at >= before && status.changed_at <= new Date().toISOString());
    deepEqual(status, { user: 'ada', ...BUSY, version: 1, changed_at: status.changed_at });
    deepEqual(await store.find('ada'), status);
    deepEqual(await store.list(), { statuses: [status], version: 1 });
  });

  it('replaces the status of a user who has one', async (t) => {
    const store = await open();
    t.after(() => store.close());
    await store.set('ada', BUSY);
    const { status, created } = await store.set('ada', { status: 'away', message: '' });
    equal(created, false);
    equal(status.version, 2);
    deepEqual(await store.list(), { statuses: [status], version: 2 });
  });

  it('lists users by name, whatever the language of the database', async (t) => {
    const store = await open();
    t.after(() => store.close());
    for (const user of ['éva', 'bob', 'Zoe', 'ada']) await store.set(user, BUSY);
    const { statuses } = await store.list();
    deepEqual(
      statuses.map(({ user }) => user),
      ['Zoe', 'ada', 'bob', 'éva'],
    );
  });

  it('removes a status under a version of its own, with an event that carries the last words', async (t) => {
    const store = await open();
    t.after(() => store.close());
    await store.set('ada', BUSY);
    const removed = await store.remove('ada');
    ok(removed);
    equal(removed.version, 2);
    deepEqual(await store.list(), { statuses: [], version: 2 });
    const kwargs = { user: 'ada', ...BUSY, version: 2, changed_at: removed.changed_at };
    deepEqual((await store.pending(10))[1], {
      version: 2,
      topic: 'com.example.status.removed',
      kwargs,
    });
  });

  it('spends no version and no event on removing nothing', async (t) => {
    const store = await open();
    t.after(() => store.close());
    equal(await store.remove('ada'), undefined);
    deepEqual(await store.list(), { statuses: [], version: 0 });
    deepEqual(await store.pending(10), []);
  });

  it('stores quotes, percent signs and all of Unicode as they are', async (t) => {
    const store = await open();
    t.after(() => store.close());
    const message = `'; DROP TABLE outbox; -- "%s" \\ $1 ?1 🐈 ä`;
    const { status } = await store.set("o'hara", { status: 'busy', message });
    equal(status.message, message);
    deepEqual(await store.find("o'hara"), status);
    equal((await store.pending(1))[0]?.kwargs['message'], message);
  });

  it('gives the outbox in the order of versions, as far as asked for', async (t) => {
    const store = await open();
    t.after(() => store.close());
    const { status } = await store.set('ada', BUSY);
    await store.set('bob', BUSY);
    await store.set('ada', BUSY);
    deepEqual(await store.pending(1), [
      { version: 1, topic: 'com.example.status.changed', kwargs: { ...status } },
    ]);
    deepEqual(await versions(store), [1, 2, 3]);
  });

  it('gives a marked entry never again, and marks never backwards', async (t) => {
    const store = await open();
    t.after(() => store.close());
    for (const user of ['ada', 'bob', 'eve']) await store.set(user, BUSY);
    await store.markSent(2);
    deepEqual(await versions(store), [3]);
    await store.markSent(1);
    deepEqual(await versions(store), [3]);
  });

  it('forgets sent entries but the last few', async (t) => {
    const database = makeDatabase();
    const store = await SqlStatusStore.open(database, { keepSent: 2 });
    t.after(() => store.close());
    for (let version = 1; version <= 5; version += 1) await store.set('ada', BUSY);
    await store.markSent(4);
    const rows = await database.transaction(function* (): Steps<readonly Row[]> {
      return yield { text: 'SELECT version FROM outbox ORDER BY version', values: [] };
    });
    deepEqual(
      rows.map((row) => Number(row['version'])),
      [3, 4, 5],
    );
  });

  it('gives concurrent writers different versions without a gap', async (t) => {
    const store = await open();
    t.after(() => store.close());
    const users = Array.from({ length: 30 }, (_, index) => `user${index % 7}`);
    const writes = await Promise.all(users.map((user) => store.set(user, BUSY)));
    const expected = Array.from({ length: 30 }, (_, index) => index + 1);
    deepEqual(
      writes.map(({ status }) => status.version).sort((a, b) => a - b),
      expected,
    );
    deepEqual(await versions(store), expected);
    equal(writes.filter(({ created }) => created).length, 7);
  });

  it('writes neither status nor event when the transaction fails', async (t) => {
    const database = makeDatabase();
    const store = await SqlStatusStore.open(database);
    t.after(() => store.close());
    await database.transaction(function* (): Steps<void> {
      yield {
        text: `INSERT INTO outbox (version, topic, kwargs) VALUES (1, 'taken', '{}')`,
        values: [],
      };
    });
    // The event's version is taken, so its insert fails after the status was written.
    await rejects(store.set('ada', BUSY), /unique/i);
    deepEqual(await store.list(), { statuses: [], version: 0 });
  });

  it('takes as many users as its bound, and refuses one more without a trace', async (t) => {
    const store = await open({ maxUsers: 2 });
    t.after(() => store.close());
    await store.set('ada', BUSY);
    await store.set('bob', BUSY);
    await rejects(store.set('eve', BUSY), { name: 'StoreFull', bound: 'users' });
    equal((await store.set('ada', BUSY)).status.version, 3);
  });

  it('refuses writes while its bound of events waits, until some are sent', async (t) => {
    const store = await open({ maxBacklog: 2 });
    t.after(() => store.close());
    await store.set('ada', BUSY);
    await store.set('ada', BUSY);
    await rejects(store.set('ada', BUSY), { name: 'StoreFull', bound: 'backlog' });
    await rejects(store.remove('ada'), { name: 'StoreFull', bound: 'backlog' });
    await store.markSent(1);
    equal((await store.set('ada', BUSY)).status.version, 3);
  });

  it('tells of each committed entry', async (t) => {
    const store = await open();
    t.after(() => store.close());
    equal(await store.lead(), true);
    const told = new Promise<void>((resolve) => {
      store.onentry = resolve;
    });
    await store.set('ada', BUSY);
    await told;
  });

  it('closes twice without complaint', async () => {
    const store = await open();
    await store.close();
    await store.close();
  });
}

async function versions(store: SqlStatusStore): Promise<readonly number[]> {
  return (await store.pending(100)).map(({ version }) => version);
}
