import { readFileSync } from 'node:fs';

/** Open files that a process needs beside its connections. */
const OTHER_FILES = 100;

/**
 * Throws when this process, or a server that it starts, may not have so many connections. Where the limit cannot be read
 * nothing is thrown. (Node raises its own limit as far as it may, so only the hard one counts.)
 */
export function requireOpenFiles(connections: number, limit = openFilesLimit()): void {
  const needed = connections + OTHER_FILES;
  if (limit >= needed) return;
  throw new Error(
    `${connections} connections need ${needed} open files, and ${limit} are allowed: ` +
      `raise the limit with \`ulimit -Hn ${needed}\` as root, in limits.conf or by LimitNOFILE=`,
  );
}

function openFilesLimit(): number {
  try {
    return parseOpenFiles(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return Infinity;
  }
}

/** The hard limit on open files in a text such as /proc/self/limits; infinite where it says so or says nothing. */
export function parseOpenFiles(limits: string): number {
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(limits) ?? [];
  return hard === undefined ? Infinity : Number(hard);
}
