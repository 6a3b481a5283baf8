import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { z } from 'zod';
import type { Contender } from './contender.js';
import type { Cores } from './cores.js';
import { peerVersions } from './npm-peers.js';
import { cpuSourceName } from './server-process.js';

/** What a number must never be quoted without. */
export interface Environment {
  readonly startedAt: string;
  readonly cpu: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly cores: Cores | 'not pinned';
  readonly cpuTimesFrom: string;
  readonly node: string;
  readonly ws: string;
  readonly expressway: string;
  /** The versions of the peers from npm that take part, and the addresses of those given by URL. */
  readonly peers: Readonly<Record<string, string>>;
  /** With `-dirty` when files were changed; `unknown` outside of a git work tree. */
  readonly commit: string;
}

/** Describes this machine, these versions and who takes part. */
export function describeEnvironment(
  cores: Cores | undefined,
  contenders: readonly Contender[],
): Environment {
  const cpus = os.cpus();
  return {
    startedAt: new Date().toISOString(),
    cpu: cpus[0]?.model ?? 'unknown',
    cpuCount: cpus.length,
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    cores: cores ?? 'not pinned',
    cpuTimesFrom: cpuSourceName(),
    node: process.version,
    ws: versionIn(createRequire(import.meta.url).resolve('ws/package.json')),
    expressway: versionIn(new URL('../../package.json', import.meta.url)),
    peers: peersAmong(contenders),
    commit: commit(),
  };
}

/** The environment in two lines: versions and commit, then machine and where the processes ran. */
export function environmentLines(environment: Environment): readonly [string, string] {
  const { cores, cpu, cpuCount, memoryBytes, system, cpuTimesFrom } = environment;
  const pinned =
    cores === 'not pinned'
      ? 'not pinned (no taskset, or only one core): the processes disturb each other'
      : `server on core ${cores.server}, generator on core ${cores.generator}`;
  const { expressway, commit, node, ws, peers } = environment;
  const others = Object.entries(peers).map(([name, version]) => `, ${name} ${version}`);
  const memory = `${Math.round(memoryBytes / 1e9)} GB`;
  return [
    `expressway ${expressway} (${commit}), Node ${node}, ws ${ws}${others.join('')}`,
    `${cpuCount} x ${cpu.trim()}, ${memory}, ${system}; ${pinned}; CPU times from ${cpuTimesFrom}`,
  ];
}

function peersAmong(contenders: readonly Contender[]): Readonly<Record<string, string>> {
  const versions = peerVersions();
  return Object.fromEntries(
    contenders
      .filter(({ isFromNpm, isByUrl }) => isFromNpm === true || isByUrl === true)
      .map(({ name, isByUrl }) => [
        name,
        isByUrl === true ? 'by URL' : (versions[name] ?? 'unknown'),
      ]),
  );
}

const packageFile = z.object({ version: z.string() });

function versionIn(path: string | URL): string {
  return packageFile.parse(JSON.parse(readFileSync(path, 'utf8'))).version;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
