import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PostgresDatabase } from '../../examples/status-service/postgres-database.js';
import { SqlStatusStore } from '../../examples/status-service/sql-status-store.js';
import { startPostgresCluster, type PostgresCluster } from './postgres-cluster.js';
import { silentLog } from './silent-log.js';
import { statusStoreSuite } from './status-store-suite.js';

describe('PostgreSQL', () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await startPostgresCluster();
  });
  after(() => cluster.close());
  const database = (url = cluster.createDatabase()): PostgresDatabase =>
    new PostgresDatabase(url, silentLog);

  describe('SqlStatusStore on PostgreSQL', () => {
    statusStoreSuite(() => database());
  });

  describe('PostgresDatabase', () => {
    it('lets one of two instances publish, and the other one when the first has gone', async (t) => {
      const url = cluster.createDatabase();
      const first = await SqlStatusStore.open(database(url));
      t.after(() => first.close());
      const second = await SqlStatusStore.open(database(url));
      t.after(() => second.close());
      deepEqual([await first.lead(), await second.lead()], [true, false]);
      deepEqual([await first.lead(), await second.lead()], [true, false]);
      await first.close();
      equal(await second.lead(), true);
    });

    it('tells an instance of what another one has committed', async (t) => {
      const url = cluster.createDatabase();
      const publisher = await SqlStatusStore.open(database(url));
      t.after(() => publisher.close());
      const writer = await SqlStatusStore.open(database(url));
      t.after(() => writer.close());
      await publisher.lead();
      const told = new Promise<void>((resolve) => {
        publisher.onentry = resolve;
      });
      await writer.set('ada', { status: 'busy', message: '' });
      await told;
      equal((await publisher.pending(10)).length, 1);
    });

    it('tells that it lost its connection, and leads again after the next question', async (t) => {
      const store = await SqlStatusStore.open(database());
      t.after(() => store.close());
      await store.lead();
      const told = new Promise<void>((resolve) => {
        store.onentry = resolve;
      });
      cluster.disconnectAll();
      await told;
      equal(await store.lead(), true);
      equal((await store.set('ada', { status: 'busy', message: '' })).created, true);
    });

    it('rejects when there is no server', async (t) => {
      const nowhere = database('postgres://postgres@localhost/status?host=%2Fnonexistent');
      t.after(() => nowhere.close());
      await rejects(SqlStatusStore.open(nowhere), { code: 'ENOENT' });
    });
  });
});
