import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SigningKeyWatch } from '../../../src/auth/tokens/signing-key-watch.js';
import { TokenKeys } from '../../../src/auth/tokens/token-keys.js';
import { SECRET } from '../support/craft-token.js';
import { MemoryLogger } from '../support/memory-logger.js';

const NOW = 1_800_000_000;
const DAY = 86_400;

const keysEndingAt = (notAfter?: number): TokenKeys =>
  new TokenKeys([{ kid: 'k1', alg: 'HS256', secret: SECRET, sign: true, notAfter }]);

describe('SigningKeyWatch', () => {
  it('warns a week before the end, and complains after it', (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: NOW * 1000 });
    const logger = new MemoryLogger();
    const keys = keysEndingAt(NOW + 8 * DAY);
    const watch = new SigningKeyWatch({ keys, logger, everyMs: DAY * 1000 });
    equal(logger.lines.length, 0);
    t.mock.timers.tick(DAY * 1000);
    equal(logger.lines.length, 1);
    for (let day = 0; day < 7; day += 1) t.mock.timers.tick(DAY * 1000);
    deepEqual(
      logger.lines.map((line) => (JSON.parse(line) as { level: string }).level),
      [...Array.from({ length: 7 }, () => 'warn'), 'error'],
    );
    watch.close();
    t.mock.timers.tick(DAY * 1000);
    equal(logger.lines.length, 8);
  });

  it('has nothing to say of a key without an end, or where none signs', () => {
    const logger = new MemoryLogger();
    for (const keys of [keysEndingAt(), new TokenKeys([])]) {
      new SigningKeyWatch({ keys, logger }).close();
    }
    deepEqual(logger.lines, []);
  });
});
