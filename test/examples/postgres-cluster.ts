import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A private PostgreSQL server. */
export interface PostgresCluster {
  /** The connection URL of a new, empty database. */
  readonly createDatabase: () => string;
  /** Disconnects everybody, as an administrator would. */
  readonly disconnectAll: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts a server of the distribution's PostgreSQL in a temporary folder, reached by a Unix socket there: no port is taken.
 * @throws when PostgreSQL is not installed; test/support/install-test-tools.sh installs it.
 */
export async function startPostgresCluster(): Promise<PostgresCluster> {
  const bin = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'status-postgres-'));
  const owner = serverOwner();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const runs = { ...owner, cwd: folder, encoding: 'utf8' } as const;
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...runs,
    stdio: 'pipe',
  });
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(server, 'exit');
  for await (const line of createInterface({ input: server.stderr })) {
    if (line.includes('ready to accept connections')) break;
  }
  server.stderr.resume();
  const psql = (text: string): string =>
    execFileSync(join(bin, 'psql'), ['-h', folder, '-U', 'postgres', '-Atqc', text], runs);
  let count = 0;
  return {
    createDatabase: () => {
      count += 1;
      psql(`CREATE DATABASE status${count}`);
      return `postgres://postgres@localhost/status${count}?host=${encodeURIComponent(folder)}`;
    },
    disconnectAll: () => {
      psql(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = $$client backend$$ AND pid <> pg_backend_pid()',
      );
    },
    close: async () => {
      server.kill('SIGINT'); // fast shutdown
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findBinaries(): string {
  const distribution = '/usr/lib/postgresql';
  const versions = existsSync(distribution) ? readdirSync(distribution).sort() : [];
  const folders = [
    ...versions.reverse().map((version) => join(distribution, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  const found = folders.find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'psql')),
  );
  if (found === undefined) throw new Error('PostgreSQL is not installed (apt install postgresql)');
  return found;
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function serverOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
