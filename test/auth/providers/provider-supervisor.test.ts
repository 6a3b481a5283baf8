import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock, type TestContext } from 'node:test';
import {
  ProviderSupervisor,
  type ProviderSupervisorOptions,
  type SupervisedProvider,
} from '../../../src/auth/providers/provider-supervisor.js';
import { Deferred } from '../support/deferred.js';
import { MemoryLogger } from '../support/memory-logger.js';

/** A provider whose fate the test decides. */
class PuppetProvider implements SupervisedProvider {
  readonly #started = new Deferred<undefined>();
  readonly #closed = new Deferred<string>();
  readonly closed = this.#closed.promise;
  isClosed = false;

  start = async (): Promise<void> => {
    await this.#started.promise;
  };
  close = (): void => {
    this.isClosed = true;
    this.#closed.resolve('closed');
  };
  readonly succeed = (): void => {
    this.#started.resolve(undefined);
  };
  readonly fail = (): void => {
    this.#started.reject(new Error('cannot start'));
  };
  readonly crash = (): void => {
    this.#closed.resolve('crashed');
  };
}

/** Lets all that waits for settled promises run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Setup {
  readonly supervisor: ProviderSupervisor;
  /** Each provider that was made, in order. */
  readonly made: PuppetProvider[];
  readonly logger: MemoryLogger;
}

function setUp(t: TestContext, options: Partial<ProviderSupervisorOptions> = {}): Setup {
  const made: PuppetProvider[] = [];
  const logger = new MemoryLogger();
  const supervisor = new ProviderSupervisor({
    name: 'jwt',
    create: () => {
      const provider = new PuppetProvider();
      made.push(provider);
      return provider;
    },
    random: () => 1,
    logger,
    ...options,
  });
  t.after(() => {
    supervisor.close();
  });
  return { supervisor, made, logger };
}

const last = (made: readonly PuppetProvider[]): PuppetProvider => made.at(-1) ?? assert.fail();

describe('ProviderSupervisor', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  });

  it('is ready once the provider has started', async (t) => {
    const { supervisor, made } = setUp(t);
    const started = supervisor.start();
    assert.equal(supervisor.isReady, false);
    last(made).succeed();
    assert.equal(await started, true);
    assert.equal(supervisor.isReady, true);
    assert.equal(made.length, 1);
  });

  it('closes a provider that did not start and tries another one, ever later', async (t) => {
    const { supervisor, made } = setUp(t);
    const started = supervisor.start();
    last(made).fail();
    assert.equal(await started, false);
    assert.equal(last(made).isClosed, true);
    for (const delay of [100, 200, 400, 800]) {
      const before = made.length;
      mock.timers.tick(delay - 1);
      assert.equal(made.length, before);
      mock.timers.tick(1);
      assert.equal(made.length, before + 1);
      last(made).fail();
      await settle();
    }
    mock.timers.tick(1_600);
    last(made).succeed();
    await settle();
    assert.equal(supervisor.isReady, true);
  });

  it('never waits longer than the longest delay', async (t) => {
    const { supervisor, made } = setUp(t, { minDelayMs: 10, maxDelayMs: 40 });
    void supervisor.start();
    last(made).fail();
    await settle();
    for (const delay of [10, 20, 40, 40, 40]) {
      const before = made.length;
      mock.timers.tick(delay);
      assert.equal(made.length, before + 1);
      last(made).fail();
      await settle();
    }
  });

  it('waits between half of the delay and all of it', async (t) => {
    const { supervisor, made } = setUp(t, { random: () => 0 });
    void supervisor.start();
    last(made).fail();
    await settle();
    mock.timers.tick(49);
    assert.equal(made.length, 1);
    mock.timers.tick(1);
    assert.equal(made.length, 2);
  });

  it('starts another one when the provider ends', async (t) => {
    const { supervisor, made, logger } = setUp(t);
    const started = supervisor.start();
    last(made).succeed();
    await started;
    last(made).crash();
    await settle();
    assert.equal(supervisor.isReady, false);
    assert.match(logger.lines.join(), /"reason":"crashed"/);
    mock.timers.tick(100);
    last(made).succeed();
    await settle();
    assert.equal(supervisor.isReady, true);
    assert.equal(made.length, 2);
  });

  it('backs off from one that starts and crashes again and again', async (t) => {
    const { supervisor, made } = setUp(t);
    void supervisor.start();
    for (const delay of [100, 200, 400]) {
      last(made).succeed();
      await settle();
      last(made).crash();
      await settle();
      const before = made.length;
      mock.timers.tick(delay - 1);
      assert.equal(made.length, before);
      mock.timers.tick(1);
      assert.equal(made.length, before + 1);
    }
  });

  it('begins with the shortest delay again after one that lived', async (t) => {
    const { supervisor, made } = setUp(t, { maxDelayMs: 1_000 });
    void supervisor.start();
    last(made).fail();
    await settle();
    mock.timers.tick(100);
    last(made).succeed();
    await settle();
    mock.timers.tick(1_000);
    last(made).crash();
    await settle();
    mock.timers.tick(100);
    assert.equal(made.length, 3);
  });

  it('gives up a start that takes too long', async (t) => {
    const { supervisor, made } = setUp(t, { startTimeoutMs: 2_000 });
    const started = supervisor.start();
    mock.timers.tick(2_000);
    assert.equal(await started, false);
    assert.equal(last(made).isClosed, true);
    mock.timers.tick(100);
    assert.equal(made.length, 2);
  });

  it('takes a provider that cannot be made for one that did not start', async (t) => {
    let attempts = 0;
    const { supervisor } = setUp(t, {
      create: () => {
        attempts += 1;
        throw new TypeError('there is no realm thruway.auth');
      },
    });
    assert.equal(await supervisor.start(), false);
    mock.timers.tick(100);
    assert.equal(attempts, 2);
  });
});

describe('ProviderSupervisor#close', () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  });

  it('closes the provider and starts no other', async (t) => {
    const { supervisor, made } = setUp(t);
    const started = supervisor.start();
    last(made).succeed();
    await started;
    supervisor.close();
    supervisor.close();
    assert.equal(supervisor.isReady, false);
    assert.equal(last(made).isClosed, true);
    await settle();
    mock.timers.tick(60_000);
    assert.equal(made.length, 1);
  });

  it('ends the waiting for the next attempt', async (t) => {
    const { supervisor, made } = setUp(t);
    void supervisor.start();
    last(made).fail();
    await settle();
    supervisor.close();
    mock.timers.tick(60_000);
    assert.equal(made.length, 1);
  });

  it('is not undone by a start that succeeds afterwards', async (t) => {
    const { supervisor, made } = setUp(t);
    const started = supervisor.start();
    supervisor.close();
    last(made).succeed();
    assert.equal(await started, false);
    assert.equal(supervisor.isReady, false);
  });

  it('is not undone by a start that fails afterwards', async (t) => {
    const { supervisor, made } = setUp(t);
    const started = supervisor.start();
    supervisor.close();
    last(made).fail();
    assert.equal(await started, false);
    mock.timers.tick(60_000);
    assert.equal(made.length, 1);
  });
});
