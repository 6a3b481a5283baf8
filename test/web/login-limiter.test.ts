import assert from 'node:assert/strict';
import { describe, it, mock, type TestContext } from 'node:test';
import { defaultLoginLimits, LoginLimiter, TooManyLogins } from '../../src/web/login-limiter.js';

const limits = {
  perUser: 3,
  perIp: 5,
  windowMs: 60_000,
  lockMs: 10_000,
  maxLockMs: 30_000,
};

function mockTime(t: TestContext): void {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.after(() => {
    mock.timers.reset();
  });
}

async function fail(limiter: LoginLimiter, username: string, address = '192.0.2.1'): Promise<void> {
  await (await limiter.begin(username, address)).settle(false);
}

/** Milliseconds that a refusal names. */
async function refusal(
  limiter: LoginLimiter,
  username: string,
  address = '192.0.2.1',
): Promise<number> {
  const error = await limiter.begin(username, address).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TooManyLogins, 'was admitted');
  return error.retryAfterMs;
}

describe('LoginLimiter', () => {
  it('says at once that an address would be refused: while its checks run, and while it is locked', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
    const limiter = new LoginLimiter({ perIp: 2, lockMs: 60_000 });
    assert.equal(limiter.refusesFor('192.0.2.7'), undefined);
    const attempts = [await limiter.begin('a', '192.0.2.7'), await limiter.begin('b', '192.0.2.7')];
    assert.equal(limiter.refusesFor('192.0.2.7'), 1000);
    assert.equal(limiter.refusesFor('192.0.2.8'), undefined);
    for (const attempt of attempts) await attempt.settle(false);
    await assert.rejects(limiter.begin('c', '192.0.2.7'), TooManyLogins);
    const refusedMs = limiter.refusesFor('192.0.2.7') ?? 0;
    assert.ok(refusedMs > 0 && refusedMs <= 60_000);
    t.mock.timers.setTime(1_800_000_000_000 + 60_001);
    assert.equal(limiter.refusesFor('192.0.2.7'), undefined);
  });

  it('locks a user at an address after as many wrong passwords as the limit, and nobody else', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter(limits);
    for (let tries = 0; tries < limits.perUser; tries += 1) await fail(limiter, 'admin');
    assert.equal(await refusal(limiter, 'admin'), limits.lockMs);
    (await limiter.begin('ryan', '192.0.2.1')).cancel();
    (await limiter.begin('admin', '192.0.2.2')).cancel();
  });

  it('locks an address after wrong passwords for many users', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter(limits);
    for (let tries = 0; tries < limits.perIp; tries += 1) await fail(limiter, `user-${tries}`);
    assert.equal(await refusal(limiter, 'somebody'), limits.lockMs);
    (await limiter.begin('somebody', '192.0.2.2')).cancel();
  });

  it('doubles each further lock up to the longest', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter({ ...limits, perIp: 100 });
    const locks = [];
    for (let lock = 0; lock < 3; lock += 1) {
      for (let tries = 0; tries < limits.perUser; tries += 1) await fail(limiter, 'admin');
      const lockMs = await refusal(limiter, 'admin');
      locks.push(lockMs);
      mock.timers.tick(lockMs);
    }
    assert.deepEqual(locks, [10_000, 20_000, 30_000]);
  });

  it('admits nobody a millisecond before a lock ends, and does not prolong it for trying', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter(limits);
    for (let tries = 0; tries < limits.perUser; tries += 1) await fail(limiter, 'admin');
    mock.timers.tick(limits.lockMs - 1);
    assert.equal(await refusal(limiter, 'admin'), 1);
    mock.timers.tick(1);
    (await limiter.begin('admin', '192.0.2.1')).cancel();
  });

  it('forgets failures after the window', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter(limits);
    for (let round = 0; round < 3; round += 1) {
      await fail(limiter, 'admin');
      await fail(limiter, 'admin');
      mock.timers.tick(limits.windowMs);
    }
    (await limiter.begin('admin', '192.0.2.1')).cancel();
  });

  it('forgets the failures of a user who got it right, but not those of the address', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter(limits);
    await fail(limiter, 'admin');
    await fail(limiter, 'admin');
    await (await limiter.begin('admin', '192.0.2.1')).settle(true);
    await fail(limiter, 'admin');
    await fail(limiter, 'admin');
    await fail(limiter, 'ryan');
    assert.equal(await refusal(limiter, 'admin'), limits.lockMs);
  });

  it('counts checks that still run, so that guessing in parallel gains nothing', async () => {
    const limiter = new LoginLimiter(limits);
    const begun = await Promise.allSettled(
      Array.from({ length: 10 }, () => limiter.begin('admin', '192.0.2.1')),
    );
    const admitted = begun.filter(({ status }) => status === 'fulfilled');
    assert.equal(admitted.length, limits.perUser);
    assert.equal(await refusal(limiter, 'admin'), 1000);
    for (const attempt of begun) if (attempt.status === 'fulfilled') attempt.value.cancel();
    (await limiter.begin('admin', '192.0.2.1')).cancel();
  });

  it('takes an IPv6 network of /64 and a mapped IPv4 address as one address each', async (t) => {
    mockTime(t);
    const same: readonly [string, string][] = [
      ['2001:db8:0:1::1', '2001:DB8::1:ffff:0:0:2'],
      ['fe80::1%eth0', 'fe80:0:0:0::2'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
    ];
    for (const [one, other] of same) {
      const limiter = new LoginLimiter({ ...limits, perIp: 1 });
      await fail(limiter, 'admin', one);
      assert.equal(await refusal(limiter, 'ryan', other), limits.lockMs);
      (await limiter.begin('ryan', '2001:db8:0:2::1')).cancel();
    }
  });

  it('remembers no more than its limit: the one that failed longest ago is forgotten', async (t) => {
    mockTime(t);
    const limiter = new LoginLimiter({ ...limits, perIp: 1, maxTracked: 2 });
    await fail(limiter, 'admin', '192.0.2.1');
    await fail(limiter, 'admin', '192.0.2.2');
    await fail(limiter, 'admin', '192.0.2.3');
    (await limiter.begin('ryan', '192.0.2.1')).cancel();
    assert.equal(await refusal(limiter, 'ryan', '192.0.2.2'), limits.lockMs);
  });

  it('bears a person by default: ten wrong passwords in five minutes', () => {
    assert.deepEqual([defaultLoginLimits.perUser, defaultLoginLimits.windowMs], [10, 300_000]);
  });
});
