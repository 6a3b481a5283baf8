// J10, J14 and L2 where users come from a file that changes, from a database or from a module, against the started application.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFile, rename, watch, writeFile } from 'node:fs/promises';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import { silentLogger, type Logger } from '../../src/router/index.js';
import { startPostgresCluster, type PostgresCluster } from '../examples/postgres-cluster.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { Arrivals } from '../support/autobahn-client.js';
import { basic, HttpClient } from '../support/http.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeToken } from '../support/tokens.js';
import { UsersDatabaseAdmin } from '../support/users-database.js';
import { ALL_ROLES, connectWire } from '../support/wire-client.js';
import { answerTo, goodbye, inSession, REFUSED } from './sessions-under-control.js';

const KITTEN = await hashPassword('kitten');
/** Of kitten, too. */
const APR1 = '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1';
const BCRYPT = '$2b$06$c3JwPZWOqn38HRNAM80vKO6ELYlWnECsA5gT2hDIwzvzPLcW0xQzC';

const userOf = (username: string, changes: object = {}): object => ({
  username,
  role: 'admin',
  password: KITTEN,
  ...changes,
});

const asYaml = (...users: readonly object[]): string => JSON.stringify({ users });

/** A logger that gives the errors in the order in which they come. */
function errorsOf(): { logger: Logger; errors: Arrivals<string> } {
  const errors = new Arrivals<string>();
  const error = (fields: object, message: string): void => {
    errors.add(JSON.stringify({ message, ...fields }));
  };
  return { logger: { ...silentLogger, error }, errors };
}

/** The application with a users file of these. */
async function startWithFile(t: TestContext, ...users: readonly object[]) {
  const path = `${temporaryFolder(t)}/users.yaml`;
  await writeFile(path, asYaml(...users));
  const { logger, errors } = errorsOf();
  const application = await startTestApplication(t, { EXPRESSWAY_AUTH__USERS__PATH: path }, logger);
  return { application, path, errors };
}

const getToken = async ({ publicUrl }: Application, name: string, password = 'kitten') =>
  (await new HttpClient(publicUrl).get('/get_token', { Authorization: basic(name, password) }))
    .status;

const tokenOf = (sub: string): string => makeToken({ claims: { sub } });

describe('J14: a users file that changes', () => {
  it('ends the sessions of who is disabled, deleted or given another role in it, and no other', async (t) => {
    const names = ['ada', 'bob', 'cleo', 'dan'];
    const { application, path } = await startWithFile(t, ...names.map((name) => userOf(name)));
    const [ada, bob, cleo, dan] = await Promise.all(
      names.map((name) => inSession(t, application, tokenOf(name))),
    );
    await writeFile(
      path,
      asYaml(userOf('ada', { disabled: true }), userOf('cleo', { role: 'user' }), userOf('dan')),
    );
    deepEqual(await ada?.receive(), goodbye('the user may not log in any more'));
    deepEqual(await bob?.receive(), goodbye('the user may not log in any more'));
    deepEqual(await cleo?.receive(), goodbye('the roles of the user have changed'));
    dan?.send([32, 1, {}, 'com.example.status.changed']);
    equal((await dan?.receive())?.[0], 33);
    deepEqual(await answerTo(t, application, tokenOf('ada')), REFUSED);
    equal(await getToken(application, 'ada'), 401);
    equal(await getToken(application, 'dan'), 200);
  });

  it('takes effect when it is replaced by rename, with new users and passwords', async (t) => {
    const { application, path } = await startWithFile(t, userOf('ada'));
    const ada = await inSession(t, application, tokenOf('ada'));
    await writeFile(
      `${path}.new`,
      asYaml(userOf('eve', { password: await hashPassword('puppy') })),
    );
    await rename(`${path}.new`, path);
    equal((await ada.receive())[0], 6);
    equal(await getToken(application, 'eve', 'puppy'), 200);
  });

  it('leaves all as it is while it is broken, and says where', async (t) => {
    const { application, path, errors } = await startWithFile(t, userOf('ada'));
    const ada = await inSession(t, application, tokenOf('ada'));
    await writeFile(path, 'users:\n  - username: ada\n    role: boss\n    password: canary\n');
    const broken = await errors.next();
    match(broken, /users\.yaml:4:15 \/users\/0\/password: expected a password hash/);
    ok(!broken.includes('canary'));
    equal(await getToken(application, 'ada'), 200);
    await writeFile(path, asYaml(userOf('ada', { role: 'boss' })));
    match(await errors.next(), /\/users\/0\/role: expected a role of one of the realms/);
    equal(await getToken(application, 'ada'), 200);
    await writeFile(path, asYaml(userOf('ada', { disabled: true })));
    deepEqual(await ada.receive(), goodbye('the user may not log in any more'));
  });
});

describe('L2: hashes of several kinds', () => {
  it('let all of them in by the right password, and answer the same to all others', async (t) => {
    const { application } = await startWithFile(
      t,
      userOf('ada'),
      userOf('bob', { password: BCRYPT }),
      userOf('cleo', { password: APR1 }),
    );
    const names = ['ada', 'bob', 'cleo', 'nobody'];
    const statuses = async (password: string): Promise<readonly number[]> =>
      Promise.all(names.map((name) => getToken(application, name, password)));
    deepEqual(await statuses('kitten'), [200, 200, 200, 401]);
    deepEqual(await statuses('wrong'), [401, 401, 401, 401]);
    // With the better hashes that the first log-ins have left.
    deepEqual(await statuses('kitten'), [200, 200, 200, 401]);
  });
});

it('the better hash of a log-in is written into the users file, if it may be', async (t) => {
  const folder = temporaryFolder(t);
  const path = `${folder}/users.yaml`;
  const user = (password: string): string =>
    `users:\n  # From the old system.\n  - { username: ada, role: admin, password: ${password} }\n`;
  await writeFile(path, user(APR1));
  const application = await startTestApplication(t, {
    EXPRESSWAY_AUTH__USERS__PATH: path,
    EXPRESSWAY_AUTH__USERS__REHASH: 'true',
  });
  const ending = new AbortController();
  const events = watch(folder, { signal: ending.signal });
  equal(await getToken(application, 'ada'), 200);
  let text = await readFile(path, 'utf8');
  for await (const { filename } of events) {
    if (filename === 'users.yaml') text = await readFile(path, 'utf8');
    if (!text.includes(APR1)) break;
  }
  ending.abort();
  const hash = /'(\$argon2id\$[^']+)'/.exec(text)?.[1] ?? '';
  equal(text, user(`'${hash}'`));
  equal(await getToken(application, 'ada'), 200);
});

describe('J14: users in PostgreSQL', { timeout: 300_000 }, () => {
  let cluster: PostgresCluster;
  before(async () => {
    cluster = await startPostgresCluster();
  });
  after(() => cluster.close());

  async function startWithDatabase(t: TestContext) {
    const admin = await UsersDatabaseAdmin.make(cluster.createDatabase());
    t.after(() => admin.close());
    await admin.add('ada', 'admin', BCRYPT);
    await admin.add('bob', 'admin', KITTEN);
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__USERS__PROVIDER: 'postgres',
      EXPRESSWAY_AUTH__USERS__PATH: '',
      EXPRESSWAY_AUTH__USERS__POSTGRES__URL: admin.url,
    });
    return { admin, application };
  }

  it('log in, and lose their sessions when they are disabled there', async (t) => {
    const { admin, application } = await startWithDatabase(t);
    equal(await getToken(application, 'ada'), 200);
    equal(await getToken(application, 'ada', 'wrong'), 401);
    equal(await getToken(application, 'nobody'), 401);
    const ada = await inSession(t, application, tokenOf('id-ada'));
    const bob = await inSession(t, application, tokenOf('id-bob'));
    await admin.run(`UPDATE expressway_users SET disabled = true WHERE username = 'ada'`);
    deepEqual(await ada.receive(), goodbye('the user may not log in any more'));
    deepEqual(await answerTo(t, application, tokenOf('id-ada')), REFUSED);
    bob.send([32, 1, {}, 'com.example.status.changed']);
    equal((await bob.receive())[0], 33);
  });
});

describe('J14: users of a database that is not there', () => {
  it('are told to come back: 503 and close 1013', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__USERS__PROVIDER: 'postgres',
      EXPRESSWAY_AUTH__USERS__PATH: '',
      EXPRESSWAY_AUTH__USERS__POSTGRES__URL: 'postgres://nobody:canary@127.0.0.1:1/nothing',
    });
    const { status, headers, body } = await new HttpClient(application.publicUrl).get(
      '/get_token',
      { Authorization: basic('ada', 'kitten') },
    );
    deepEqual([status, headers['retry-after']], [503, '5']);
    ok(!body.includes('canary'));
    const client = await connectWire(t, webSocketUrl(application));
    client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }]);
    equal((await client.receive())[0], 4);
    client.send([5, tokenOf('ada'), {}]);
    equal(await client.closed, 1013);
  });
});

describe('users of a module', () => {
  it('log in as the module says', async (t) => {
    const path = `${temporaryFolder(t)}/our-users.mjs`;
    await writeFile(
      path,
      `export default ({ hash }, { passwords }) => {
        const find = async (name) => (name === 'ada' ? { username: name, role: 'admin' } : undefined);
        return {
          find,
          findById: find,
          verifyPassword: async (name, password, source) => {
            const user = await find(name);
            return (await passwords.verify(user && hash, password, source)) ? user : undefined;
          },
          close: async () => {},
        };
      };`,
    );
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__USERS__PROVIDER: 'module',
      EXPRESSWAY_AUTH__USERS__PATH: '',
      EXPRESSWAY_AUTH__USERS__MODULE__PATH: path,
      EXPRESSWAY_AUTH__USERS__MODULE__OPTIONS: JSON.stringify({ hash: KITTEN }),
    });
    equal(await getToken(application, 'ada'), 200);
    equal(await getToken(application, 'ada', 'wrong'), 401);
    equal(await getToken(application, 'bob'), 401);
    equal((await answerTo(t, application, tokenOf('ada')))[0], 2);
  });
});
