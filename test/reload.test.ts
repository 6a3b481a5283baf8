import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigError } from '../src/config/config-error.js';
import type { LoadedConfig } from '../src/config/load.js';
import { Reload, type Reloadable } from '../src/reload.js';
import { Deferred } from './auth/support/deferred.js';
import { MemoryLogger } from './auth/support/memory-logger.js';
import { ConfigurationFolder, MINIMAL } from './config/configuration-folder.js';

const PROBLEM = { origin: { file: '/a.yaml', line: 3, column: 7 }, path: '/limits', message: 'no' };

/** A configuration as in a file, with some environment. */
const loaded = async (
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<LoadedConfig> =>
  (await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL })).load('a.yaml', environment);

/** A part that says what becomes of it. */
function recording(steps: string[], name: string, covers: readonly string[] = []): Reloadable {
  return {
    covers,
    prepare: () => {
      steps.push(`prepare ${name}`);
      return () => steps.push(`apply ${name}`);
    },
  };
}

describe('Reload', () => {
  it('prepares all parts before any of them takes effect', async (t) => {
    const before = await loaded(t);
    const steps: string[] = [];
    const parts = [recording(steps, 'a'), recording(steps, 'b')];
    const load = () => Promise.resolve(before);
    await new Reload({ config: before.config, load, parts, logger: new MemoryLogger() }).run();
    deepEqual(steps, ['prepare a', 'prepare b', 'apply a', 'apply b']);
  });

  it('applies nothing when one part cannot take over', async (t) => {
    const before = await loaded(t);
    const steps: string[] = [];
    const logger = new MemoryLogger();
    const broken: Reloadable = {
      covers: [],
      prepare: () => {
        throw new TypeError('no');
      },
    };
    const parts = [recording(steps, 'a'), broken];
    const load = () => Promise.resolve(before);
    const reload = new Reload({ config: before.config, load, parts, logger });
    await rejects(reload.run(), TypeError);
    deepEqual(steps, ['prepare a']);
    equal(logger.lines.length, 1);
  });

  it('tells each problem with its place, and can be tried again', async (t) => {
    const before = await loaded(t);
    const steps: string[] = [];
    const logger = new MemoryLogger();
    const answers = [
      Promise.reject(new ConfigError([PROBLEM, { ...PROBLEM, path: '/realms' }])),
      Promise.resolve(before),
    ];
    const parts = [recording(steps, 'a')];
    const load = () => answers.shift() ?? Promise.reject(new Error('once too often'));
    const reload = new Reload({ config: before.config, load, parts, logger });
    await rejects(reload.run(), ConfigError);
    deepEqual(
      logger.lines.map((line) => (JSON.parse(line) as { problem: string }).problem),
      ['/a.yaml:3:7 /limits: no', '/a.yaml:3:7 /realms: no'],
    );
    deepEqual(steps, []);
    await reload.run();
    deepEqual(steps, ['prepare a', 'apply a']);
  });

  it('names what has changed and is covered by no part', async (t) => {
    const before = await loaded(t);
    const now = await loaded(t, {
      EXPRESSWAY_LIMITS__HELLO: '1s',
      EXPRESSWAY_AUTH__JWT__TTL: '7s',
      EXPRESSWAY_AUTH__JWT__KEYS__0__KID: 'other',
      EXPRESSWAY_REALMS__1: '{ name: realm2, roles: [{ name: trusted }] }',
    });
    const logger = new MemoryLogger();
    const parts = [recording([], 'keys', ['auth.jwt.keys'])];
    const load = () => Promise.resolve(now);
    await new Reload({ config: before.config, load, parts, logger }).run();
    const { changed } = JSON.parse(logger.lines[0] ?? '') as { changed: string[] };
    deepEqual(changed.sort(), ['auth.jwt.ttl', 'limits.hello', 'realms']);
  });

  it('is done once more, and not oftener, for all that is asked for meanwhile', async (t) => {
    const before = await loaded(t);
    const first = new Deferred<LoadedConfig>();
    let loads = 0;
    const load = () => {
      loads += 1;
      return loads === 1 ? first.promise : Promise.resolve(before);
    };
    const options = { config: before.config, load, parts: [], logger: new MemoryLogger() };
    const reload = new Reload(options);
    const running = reload.run();
    await new Promise(setImmediate);
    const later = [reload.run(), reload.run(), reload.run()];
    first.resolve(before);
    await Promise.all([running, ...later]);
    equal(loads, 2);
  });
});
