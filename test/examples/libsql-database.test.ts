import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { LibsqlDatabase } from '../../examples/status-service/libsql-database.js';
import { SqlStatusStore } from '../../examples/status-service/sql-status-store.js';
import { statusStoreSuite } from './status-store-suite.js';

describe('SqlStatusStore on libsql', () => {
  statusStoreSuite(() => new LibsqlDatabase(':memory:'));
});

describe('LibsqlDatabase', () => {
  const root = mkdtempSync(join(tmpdir(), 'status-libsql-'));
  // Not in t.after: its hooks run in the order of their registration, hence before the files are closed.
  after(() => {
    rmSync(root, { recursive: true });
  });
  const makeFolder = (): string => mkdtempSync(join(root, 'test-'));

  it('makes the folder of its file, and keeps what was committed', async (t) => {
    const file = join(makeFolder(), 'new', 'folder', 'status.db');
    const first = await SqlStatusStore.open(new LibsqlDatabase(file));
    const { status } = await first.set('ada', { status: 'busy', message: '' });
    await first.close();
    const second = await SqlStatusStore.open(new LibsqlDatabase(file));
    t.after(() => second.close());
    deepEqual(await second.list(), { statuses: [status], version: 1 });
    equal((await second.pending(10)).length, 1);
  });

  it('has its file to itself', (t) => {
    const file = join(makeFolder(), 'status.db');
    const first = new LibsqlDatabase(file);
    t.after(() => first.close());
    throws(() => new LibsqlDatabase(file), /is another status-service running on it\?/);
  });

  it('refuses a file that is no database', () => {
    const file = join(makeFolder(), 'status.db');
    writeFileSync(file, 'x'.repeat(4096));
    throws(
      () => new LibsqlDatabase(file),
      (cause: Error) => {
        match(String(cause.cause), /not a database/);
        return true;
      },
    );
  });

  it('has both or neither of status and event after kill -9 in the middle of writing', async (t) => {
    const file = join(makeFolder(), 'status.db');
    const folder = new URL('../../examples/status-service/', import.meta.url);
    const writer = spawn(
      process.execPath,
      ['--input-type=module', '--eval', WRITER, new URL('.', folder).href, file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let acknowledged = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= 50 && writer.signalCode === null) writer.kill('SIGKILL');
    }
    if (writer.signalCode === null) await once(writer, 'exit');
    const store = await SqlStatusStore.open(new LibsqlDatabase(file));
    t.after(() => store.close());
    const { statuses, version } = await store.list();
    const entries = await store.pending(100_000);
    equal(version >= acknowledged, true, 'what was acknowledged is there');
    equal(entries.length, version, 'one event for each version');
    deepEqual({ ...statuses[0] }, { ...entries.at(-1)?.kwargs }, 'the status is its last event');
  });
});

/** Writes versions as fast as it can, and tells each that was acknowledged. */
const WRITER = `
  import { writeSync } from 'node:fs';
  const [folder, file] = process.argv.slice(-2);
  const { LibsqlDatabase } = await import(folder + 'libsql-database.js');
  const { SqlStatusStore } = await import(folder + 'sql-status-store.js');
  const store = await SqlStatusStore.open(new LibsqlDatabase(file));
  for (;;) {
    const { status } = await store.set('ada', { status: 'busy', message: '' });
    writeSync(1, status.version + '\\n');
  }
`;
