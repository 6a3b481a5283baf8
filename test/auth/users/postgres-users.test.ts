import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import pg from 'pg';
import { hashPassword, PasswordVerifier } from '../../../src/auth/users/password-verifier.js';
import { PostgresUsers } from '../../../src/auth/users/postgres-users.js';
import { toUserEntry } from '../../../src/config/user-row.js';
import { AuthenticatorUnavailable } from '../../../src/router/index.js';
import { startPostgresCluster, type PostgresCluster } from '../../examples/postgres-cluster.js';
import { UsersDatabaseAdmin } from '../../support/users-database.js';
import { MemoryLogger } from '../support/memory-logger.js';

const KITTEN = await hashPassword('kitten');
const APR1 = '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1';

describe('PostgresUsers', { timeout: 300_000 }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await startPostgresCluster();
  });
  after(() => cluster.close());

  /** Users of a new database, and what they told. */
  async function start(t: TestContext, url?: string) {
    const admin = await UsersDatabaseAdmin.make(cluster.createDatabase());
    t.after(() => admin.close());
    const logger = new MemoryLogger();
    const users = new PostgresUsers({
      url: url ?? admin.url,
      pool: 2,
      timeoutMs: 20_000,
      cacheMs: 10_000,
      pollMs: 200,
      rehash: true,
      toEntry: toUserEntry,
      passwords: new PasswordVerifier(),
      logger,
    });
    const changes = new EventEmitter();
    users.onchange((ids) => changes.emit('changed', ids));
    t.after(() => users.close());
    return { admin, users, logger, changes };
  }

  /** Starts, and waits until changes are heard of. */
  async function listening(t: TestContext) {
    const started = await start(t);
    await once(started.changes, 'changed');
    return started;
  }

  it('finds users by exactly their name, and by id', async (t) => {
    const { admin, users } = await start(t);
    await admin.add('Zoë', 'admin');
    await admin.run(`UPDATE expressway_users SET roles = '{reader}', tokens_valid_from = '2026-11-01T00:00:00.5Z',
      wampcra = '{"secret": "s"}', public_keys = ARRAY['${'ab'.repeat(32)}']`);
    const zoe = {
      id: 'id-Zoë',
      username: 'Zoë',
      role: 'admin',
      roles: ['admin', 'reader'],
      tokensValidFrom: Date.UTC(2026, 10, 1) / 1000 + 0.5,
      credentials: { wampcra: { secret: 's' }, publicKeys: ['ab'.repeat(32)] },
    };
    assert.deepEqual(await users.find('Zoë'), zoe);
    assert.deepEqual(await users.findById('id-Zoë'), zoe);
    const others = [
      'zoë',
      'Zoe',
      'Zoe\u0308',
      'Zoë ',
      'Zo',
      '',
      'Zoë\0',
      'Zo\ud800',
      "' OR true --",
      '%',
    ];
    const found = await Promise.all(
      others.flatMap((name) => [
        users.find(name),
        users.findById(name),
        users.verifyPassword(name, 'x'),
      ]),
    );
    assert.deepEqual(found, Array(others.length * 3).fill(undefined));
  });

  it('asks for many users at once', async (t) => {
    const { admin, users } = await start(t);
    await admin.run(`INSERT INTO expressway_users (id, username, role)
      SELECT n, 'user ' || n, 'admin' FROM generate_series(1, 1200) AS n`);
    const found = await Promise.all(
      Array.from({ length: 1300 }, (_, index) => users.findById(String(index + 1))),
    );
    assert.equal(found.filter((user) => user !== undefined).length, 1200);
    assert.deepEqual([found[7]?.username, found[1250]], ['user 8', undefined]);
  });

  // J14
  it('knows a disabled user neither by name nor by password, from the moment that the database tells', async (t) => {
    const { admin, users, changes } = await listening(t);
    const added = once(changes, 'changed');
    await admin.add('ada', 'admin', KITTEN);
    assert.deepEqual(await added, [['id-ada']]);
    assert.equal((await users.find('ada'))?.role, 'admin');
    assert.equal((await users.verifyPassword('ada', 'kitten'))?.role, 'admin');
    assert.equal(await users.verifyPassword('ada', 'puppy'), undefined);
    const changed = once(changes, 'changed');
    await admin.run('UPDATE expressway_users SET disabled = true');
    assert.deepEqual(await changed, [['id-ada']]);
    assert.equal(await users.find('ada'), undefined);
    assert.equal(await users.findById('id-ada'), undefined);
    assert.equal(await users.verifyPassword('ada', 'kitten'), undefined);
  });

  it('tells of renamed, deleted and many users', async (t) => {
    const { admin, users, changes } = await listening(t);
    const step = async (text: string): Promise<unknown> => {
      const changed = once(changes, 'changed');
      await admin.run(text);
      const [ids] = (await changed) as unknown[];
      return ids;
    };
    const insert = 'INSERT INTO expressway_users (id, username, role)';
    assert.deepEqual(await step(`${insert} VALUES ('1', 'ada', 'admin')`), ['1']);
    assert.equal((await users.find('ada'))?.id, '1');
    assert.deepEqual(await step(`UPDATE expressway_users SET username = 'eve'`), ['1']);
    assert.equal(await users.find('ada'), undefined);
    assert.equal((await users.find('eve'))?.id, '1');
    assert.deepEqual(await step('DELETE FROM expressway_users'), ['1']);
    assert.equal(await users.findById('1'), undefined);
    const many = `${insert} SELECT n, 'user ' || n, 'admin' FROM generate_series(1, 101) AS n`;
    assert.equal(await step(many), undefined);
    assert.equal((await users.find('user 1'))?.id, '1');
    assert.equal(await step('TRUNCATE expressway_users'), undefined);
    assert.equal(await users.find('user 1'), undefined);
  });

  it('asks the database again only after a change', async (t) => {
    const { admin, users } = await listening(t);
    await admin.add('ada', 'admin');
    await users.find('ada');
    // Without its triggers nobody is told, and what was found stays so for a while.
    await admin.run(
      'ALTER TABLE expressway_users DISABLE TRIGGER ALL; DELETE FROM expressway_users',
    );
    const again = [await users.find('ada'), await users.findById('id-ada')];
    // Perhaps the users had been taken for changed meanwhile; then the database was asked, and said no.
    assert.ok(again.every((user) => user === undefined || user.username === 'ada'));
    assert.equal(await users.verifyPassword('ada', 'kitten'), undefined);
  });

  it('writes a better hash at the first log-in with an outdated one', async (t) => {
    const { admin, users, changes } = await listening(t);
    const added = once(changes, 'changed');
    await admin.add('ada', 'admin', APR1);
    await added;
    const rehashed = once(changes, 'changed');
    assert.equal(await users.verifyPassword('ada', 'wrong'), undefined);
    assert.equal((await users.verifyPassword('ada', 'kitten'))?.id, 'id-ada');
    assert.deepEqual(await rehashed, [['id-ada']]);
    const rows = await admin.run('SELECT password FROM expressway_users');
    assert.match(JSON.stringify(rows), /\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal((await users.verifyPassword('ada', 'kitten'))?.id, 'id-ada');
    assert.equal(await users.verifyPassword('ada', 'wrong'), undefined);
  });

  it('takes a row that cannot be used for no user, and says why without what is in it', async (t) => {
    const { admin, users, logger } = await start(t);
    await admin.add('ada', 'admin', 'canary');
    await admin.add('bob', 'admin');
    assert.deepEqual(
      (await Promise.all([users.find('ada'), users.find('bob')])).map((user) => user?.username),
      [undefined, 'bob'],
    );
    assert.match(
      logger.lines.join('\n'),
      /"id":"id-ada".*columns are not as they must be: password/,
    );
    assert.doesNotMatch(logger.lines.join('\n'), /canary/);
  });

  it('survives that all connections are lost, and hears of changes again', async (t) => {
    const { users, logger, changes } = await listening(t);
    assert.equal(await users.find('ada'), undefined);
    const back = once(changes, 'changed');
    cluster.disconnectAll();
    assert.deepEqual(await back, [undefined]);
    assert.match(logger.lines.join('\n'), /changes of users cannot be heard of/);
    const admin = await UsersDatabaseAdmin.make(cluster.createDatabase());
    await admin.close();
    assert.equal(await users.find('ada'), undefined);
  });

  it('takes all users for changed at each look, while no notifications come through', async (t) => {
    const { prototype } = pg.Client;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the client that it is called on
    const { query } = prototype;
    // What a pooler does that shares connections: the session that listens is not that of the next statement.
    t.mock.method(prototype, 'query', function (this: pg.Client, ...args: [string]) {
      const isListen = typeof args[0] === 'string' && args[0].startsWith('LISTEN');
      return Reflect.apply(query, this, isListen ? ['SELECT 1'] : args) as unknown;
    });
    const { admin, users, logger, changes } = await listening(t);
    await admin.add('ada', 'admin');
    assert.equal((await users.find('ada'))?.role, 'admin');
    await admin.run('DELETE FROM expressway_users');
    assert.deepEqual(await once(changes, 'changed'), [undefined]);
    assert.equal(await users.find('ada'), undefined);
    assert.deepEqual(await once(changes, 'changed'), [undefined]);
    const said = logger.lines.filter((line) => line.includes('no notifications'));
    assert.equal(said.length, 1);
  });

  it('says that it cannot tell while there is no database', async (t) => {
    const { users, logger } = await start(t, 'postgres://nobody:canary@127.0.0.1:1/nothing');
    const questions = [users.find('a'), users.findById('a'), users.verifyPassword('a', 'b')];
    await Promise.all(
      questions.map((question) => assert.rejects(question, AuthenticatorUnavailable)),
    );
    await assert.rejects(users.find('b'), AuthenticatorUnavailable);
    const away = logger.lines.filter((line) => line.includes('of users does not answer'));
    assert.equal(away.length, 1);
    assert.doesNotMatch(logger.lines.join('\n'), /canary/);
  });
});
