import { deepEqual, equal } from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import type { LogLevel } from '../src/config/config.js';
import { createPinoLogger, type PinoLogger } from '../src/pino-logger.js';

/** Logs with `log` and gives the lines that were written. */
async function linesOf(
  t: TestContext,
  level: LogLevel,
  log: (logger: PinoLogger) => void,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'expressway-log-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'log');
  const { openSync, closeSync } = await import('node:fs');
  const descriptor = openSync(file, 'w');
  t.after(() => {
    closeSync(descriptor);
  });
  const logger = createPinoLogger({ level, destination: descriptor });
  log(logger);
  await logger.flush();
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

const parse = (line: string | undefined): unknown => JSON.parse(line ?? 'null');

describe('createPinoLogger', () => {
  it('writes a JSON line an entry, with level in words, ISO time, fields and message', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 22) });
    const lines = await linesOf(t, 'info', (logger) => {
      logger.info({ session: 5 }, 'joined');
      logger.error({}, 'failed');
    });
    deepEqual(lines.map(parse), [
      { level: 'info', time: '2026-11-22T00:00:00.000Z', session: 5, message: 'joined' },
      { level: 'error', time: '2026-11-22T00:00:00.000Z', message: 'failed' },
    ]);
  });

  for (const [level, count] of [
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
    ['silent', 0],
  ] as const) {
    it(`writes ${count} of the four levels at level ${level}`, async (t) => {
      const lines = await linesOf(t, level, (logger) => {
        logger.debug({}, 'a');
        logger.info({}, 'b');
        logger.warn({}, 'c');
        logger.error({}, 'd');
      });
      equal(lines.length, count);
    });
  }

  for (const key of [
    'authorization',
    'Cookie',
    'set-cookie',
    'token',
    'ticket',
    'password',
    'secret',
    'signature',
  ]) {
    it(`writes no ${key}, down to the fourth level`, async (t) => {
      const canary = { [key]: 'canary' };
      const fields = { ...canary, a: { ...canary, b: { ...canary, c: canary } }, list: [canary] };
      const [line = ''] = await linesOf(t, 'info', (logger) => {
        logger.info(fields, 'x');
      });
      equal(line.includes('canary'), false);
      equal(line.split('[redacted]').length - 1, 5);
    });
  }

  it('lets no value begin a line of its own', async (t) => {
    const forged = 'joe\n{"level":"fatal"}\u001b[2J';
    const lines = await linesOf(t, 'info', (logger) => {
      logger.info({ authid: forged }, forged);
    });
    equal(lines.length, 1);
    equal(lines[0]?.includes('\u001b'), false);
  });

  it('writes errors with message and stack', async (t) => {
    const [line] = await linesOf(t, 'info', (logger) => {
      logger.error({ error: new TypeError('broken') }, 'x');
    });
    const { error } = parse(line) as { error: { type: string; message: string; stack: string } };
    deepEqual(
      [error.type, error.message, error.stack.includes('pino-logger.test')],
      ['TypeError', 'broken', true],
    );
  });
});
