import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CheckLogin } from '../../../src/auth/sessions/login-watch.js';
import { WebAppUnavailable, type WebAppUser } from '../../../src/auth/sessions/web-app-client.js';
import { WebAppSessions } from '../../../src/auth/sessions/web-app-sessions.js';
import type { Principal } from '../../../src/router/index.js';
import { MemoryLogger } from '../support/memory-logger.js';

const ZOE: WebAppUser = { sub: 'zoë', role: 'user', expiresAt: 1_060_000 };

interface Setup {
  readonly identify: (cookie?: string) => Promise<Principal | undefined>;
  readonly asked: string[];
  readonly logger: MemoryLogger;
  /** The checks of the log-ins that are watched, in their order, and until when each is open. */
  readonly checks: CheckLogin[];
  readonly untils: (number | undefined)[];
  answer: WebAppUser | undefined | Error;
}

function setUp(t: TestContext, answer: Setup['answer'] = ZOE, cacheSize = 10): Setup {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const logger = new MemoryLogger();
  const sessions = new WebAppSessions({
    cookies: ['PHPSESSID'],
    client: {
      ask: (cookie) => {
        setup.asked.push(cookie);
        const { answer } = setup;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
    cacheMs: 5000,
    cacheSize,
    roles: ['user', 'editor'],
    watch: {
      watch: (_login, check, until) => {
        setup.checks.push(check);
        setup.untils.push(until);
      },
    },
    logger,
  });
  const identify = (cookie = 'abc'): Promise<Principal | undefined> =>
    sessions.identify([['PHPSESSID', cookie]]);
  const setup: Setup = { identify, asked: [], logger, checks: [], untils: [], answer };
  return setup;
}

const DOWN = new WebAppUnavailable('answered 500');

describe('WebAppSessions', () => {
  it('believes the web application who it is, and watches that', async (t) => {
    const { identify, asked, untils } = setUp(t);
    const { login, ...principal } = (await identify()) ?? {};
    deepEqual(principal, {
      authid: 'zoë',
      authrole: 'user',
      authmethod: 'cookie',
      authprovider: 'web_app',
    });
    match(String(login), /^web_app:[\w-]{43}$/);
    deepEqual([asked, untils], [['PHPSESSID=abc'], [1_060_000]]);
    equal((await identify())?.login, login);
    ok((await identify('abd'))?.login !== login);
  });

  it('takes nobody, who is out of time and who has a role that is not for it', async (t) => {
    const setup = setUp(t);
    setup.answer = undefined;
    equal(await setup.identify(), undefined);
    setup.answer = { ...ZOE, expiresAt: 1_000_000 };
    equal(await setup.identify('out of time'), undefined);
    setup.answer = { ...ZOE, role: 'trusted' };
    equal(await setup.identify('trusted'), undefined);
    deepEqual([setup.checks, setup.logger.lines.length], [[], 1]);
  });

  it('remembers somebody for a while, nobody not at all', async (t) => {
    const setup = setUp(t);
    setup.answer = undefined;
    await setup.identify();
    setup.answer = ZOE;
    await Promise.all([setup.identify(), setup.identify()]);
    t.mock.timers.setTime(1_004_999);
    await setup.identify();
    equal(setup.asked.length, 2);
    t.mock.timers.setTime(1_005_000);
    await setup.identify();
    equal(setup.asked.length, 3);
  });

  it('remembers a bounded number', async (t) => {
    const { identify, asked } = setUp(t, ZOE, 2);
    for (const cookie of ['a', 'b', 'c', 'd', 'a']) await identify(cookie);
    equal(asked.length, 5);
  });

  // W5
  it('lets the client come back when the web application cannot tell, which the log says once', async (t) => {
    const setup = setUp(t, DOWN);
    for (const cookie of ['a', 'a', 'b']) {
      await rejects(setup.identify(cookie), { name: 'AuthenticatorUnavailable' });
    }
    equal(setup.asked.length, 3);
    setup.answer = ZOE;
    ok(await setup.identify('a'));
    deepEqual(
      setup.logger.lines.map((line) => (JSON.parse(line) as { message: string }).message),
      ['the web application does not answer', 'the web application answers again'],
    );
    ok(!setup.logger.lines.join('').includes('PHPSESSID'));
  });

  const verdicts: readonly (readonly [string, Setup['answer'], number, unknown])[] = [
    ['is open', { ...ZOE, expiresAt: 9 }, 0, { isOpen: true, until: 9 }],
    ['was ended', undefined, 1_059_999, { isOpen: false, isExpired: false }],
    ['has run out', undefined, 1_060_000, { isOpen: false, isExpired: true }],
    ['has run out, as it says', ZOE, 1_060_000, { isOpen: false, isExpired: true }],
    ['is of somebody else', { ...ZOE, sub: 'bob' }, 0, { isOpen: false, isExpired: false }],
    ['is of another role', { ...ZOE, role: 'editor' }, 0, { isOpen: false, isExpired: true }],
  ];
  for (const [name, answer, now, verdict] of verdicts) {
    it(`finds past what it remembers that a web session ${name}`, async (t) => {
      const setup = setUp(t);
      await setup.identify();
      setup.answer = answer;
      t.mock.timers.setTime(now);
      deepEqual(await setup.checks[0]?.(), verdict);
    });
  }

  it('does not know what has become of a web session when the web application is down', async (t) => {
    const setup = setUp(t);
    await setup.identify();
    setup.answer = DOWN;
    await rejects(Promise.resolve(setup.checks[0]?.()), DOWN);
  });
});
