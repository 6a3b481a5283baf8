import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, mock, type TestContext } from 'node:test';
import { SessionJournal } from '../../src/web/session-journal.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { RecordingLogger } from './running-web.js';

const ttlMs = 20_000;
const key = (letter: string): string => letter.repeat(43);
const content = (name: string): string => JSON.stringify({ name });

function setUp(t: TestContext) {
  const logger = new RecordingLogger();
  const file = join(temporaryFolder(t), 'web-sessions.journal');
  const open = (): SessionJournal => new SessionJournal({ file, ttlMs, logger });
  /** The keys that a process which starts now would find. */
  const keysAfterRestart = (): string[] => [...open().records.keys()];
  const errors = (): number => logger.lines.filter((line) => line.includes('"error"')).length;
  return { file, logger, open, keysAfterRestart, errors };
}

function mockDate(t: TestContext): void {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  t.after(() => {
    mock.timers.reset();
  });
}

describe('SessionJournal', () => {
  it('brings back what is in a session, as it was set last', (t) => {
    const { open } = setUp(t);
    const journal = open();
    journal.set(key('a'), content('ada'));
    journal.set(key('b'), content('ben'));
    journal.set(key('a'), content('cleo'));
    deepEqual(
      [...open().records].map(([name, record]) => [name, record.content]),
      [
        [key('b'), content('ben')],
        [key('a'), content('cleo')],
      ],
    );
  });

  it('does not bring back what has ended', (t) => {
    const { open, keysAfterRestart } = setUp(t);
    const journal = open();
    for (const letter of 'abc') journal.set(key(letter), content(letter));
    journal.end(key('a'), true);
    journal.end(key('b'));
    deepEqual(keysAfterRestart(), [key('c')]);
  });

  it('ignores a torn last line and lines that make no sense, and says how many', (t) => {
    const { file, open, logger } = setUp(t);
    const journal = open();
    journal.set(key('a'), content('ada'));
    const senseless = [
      'x',
      '[]',
      '{"event":"set","key":"short","at":1,"session":{}}',
      `{"event":"set","key":"${key('b')}","at":"1","session":{}}`,
      `{"event":"set","key":"${key('b')}","at":1,"session":[]}`,
      `{"event":"other","key":"${key('b')}","at":1}`,
      `{"event":"set","key":"${key('b')}","at":1,"sess`,
    ];
    appendFileSync(file, senseless.join('\n'));
    deepEqual([...open().records.keys()], [key('a')]);
    const [warning, ...others] = logger.lines.filter((line) => line.includes('"warn"'));
    ok(warning?.includes(`"lines":${senseless.length}`));
    deepEqual(others, []);
    equal(readFileSync(file, 'utf8').split('\n').length, 3, 'owner, session and the last line end');
  });

  it('lets a session live no longer than from its last use', (t) => {
    mockDate(t);
    const { open, keysAfterRestart } = setUp(t);
    const journal = open();
    journal.set(key('a'), content('ada'));
    journal.set(key('b'), content('ben'));
    mock.timers.tick(ttlMs - 1);
    journal.use(key('b'));
    deepEqual(keysAfterRestart(), [key('a'), key('b')]);
    mock.timers.tick(1);
    deepEqual(keysAfterRestart(), [key('b')]);
    mock.timers.tick(ttlMs - 1);
    deepEqual(keysAfterRestart(), []);
  });

  it('lets a session that a clock ahead has written live no longer either', (t) => {
    mockDate(t);
    const { open, keysAfterRestart } = setUp(t);
    mock.timers.setTime(5_000_000);
    open().set(key('a'), content('ada'));
    mock.timers.setTime(1_000_000);
    deepEqual(keysAfterRestart(), [key('a')]);
    mock.timers.tick(ttlMs);
    deepEqual(keysAfterRestart(), []);
  });

  it('notes a use only once in a twentieth of the life, and one without change as a use', (t) => {
    mockDate(t);
    const { file, open } = setUp(t);
    const journal = open();
    journal.set(key('a'), content('ada'));
    const size = statSync(file).size;
    mock.timers.tick(ttlMs / 20 - 1);
    journal.use(key('a'));
    journal.set(key('a'), content('ada'));
    equal(statSync(file).size, size);
    mock.timers.tick(1);
    journal.set(key('a'), content('ada'));
    ok(readFileSync(file, 'utf8').endsWith(`{"event":"use","key":"${key('a')}","at":1001000}\n`));
  });

  it('writes the file anew before it grows without bound', (t) => {
    const { file, open, keysAfterRestart } = setUp(t);
    const journal = open();
    journal.set(key('a'), content('ada'));
    let longest = 0;
    for (let round = 0; round < 3000; round += 1) {
      journal.set(key('b'), content(String(round)));
      longest = Math.max(longest, statSync(file).size);
    }
    ok(longest < 1100 * 110, `${longest} bytes`);
    deepEqual(keysAfterRestart(), [key('a'), key('b')]);
  });

  it('goes on in memory when the file cannot be written, says so once, and writes all when it can', (t) => {
    const { file, logger, open, keysAfterRestart, errors } = setUp(t);
    const journal = open();
    journal.set(key('a'), content('ada'));
    rmSync(file);
    mkdirSync(file);
    journal.set(key('b'), content('ben'));
    journal.set(key('c'), content('cleo'));
    equal(errors(), 1);
    deepEqual([...journal.records.keys()], [key('a'), key('b'), key('c')]);
    rmSync(file, { recursive: true });
    journal.set(key('d'), content('dora'));
    ok(logger.lines.at(-1)?.includes('written to their file again'));
    deepEqual(keysAfterRestart(), [key('a'), key('b'), key('c'), key('d')]);
  });

  it('removes the file when it cannot write the end of a session', (t) => {
    const { file, logger } = setUp(t);
    // A name of 250 bytes can be read, but there is no room for the longer one of the file that replaces it.
    const long = join(file, '..', 'x'.repeat(250));
    writeFileSync(
      long,
      `{"event":"set","key":"${key('a')}","at":${Date.now()},"session":{"name":"ada"}}\n`,
    );
    const journal = new SessionJournal({ file: long, ttlMs, logger });
    deepEqual([...journal.records.keys()], [key('a')]);
    journal.set(key('b'), content('ben'));
    equal(existsSync(long), true);
    journal.end(key('a'));
    equal(existsSync(long), false);
  });

  it('starts without sessions, and leaves alone what is there, when the file is none', (t) => {
    const { file, open, errors } = setUp(t);
    mkdirSync(file);
    const journal = open();
    journal.set(key('a'), content('ada'));
    journal.end(key('a'));
    equal(errors(), 1);
    equal(statSync(file).isDirectory(), true);
  });

  it('stops writing, and says so once, when another process takes the file over', (t) => {
    const { open, keysAfterRestart, errors } = setUp(t);
    const first = open();
    first.set(key('a'), content('ada'));
    const second = open();
    first.set(key('b'), content('ben'));
    first.end(key('a'));
    second.set(key('c'), content('cleo'));
    equal(errors(), 1);
    deepEqual(keysAfterRestart(), [key('a'), key('c')]);
  });
});
