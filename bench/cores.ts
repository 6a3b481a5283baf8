import { execFileSync } from 'node:child_process';

/** Which core the servers run on and which one the generator; undefined where nothing can be pinned. */
export interface Cores {
  readonly server: number;
  readonly generator: number;
}

/**
 * Pins this process, with all its threads, to one core and names another one for the servers. Answers undefined, and
 * changes nothing, where `taskset` is missing or fewer than two cores are allowed.
 */
export function pinGenerator(): Cores | undefined {
  const [server, generator] = allowedCores();
  if (server === undefined || generator === undefined) return undefined;
  execFileSync('taskset', ['-a', '-c', '-p', String(generator), String(process.pid)]);
  return { server, generator };
}

/** Command and arguments that run `node` with `args` on that core. */
export function pinnedNode(core: number | undefined, args: readonly string[]): readonly string[] {
  const node = [process.execPath, ...args];
  return core === undefined ? node : ['taskset', '-c', String(core), ...node];
}

function allowedCores(): readonly number[] {
  try {
    const answer = execFileSync('taskset', ['-c', '-p', String(process.pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parseCoreList(answer.slice(answer.lastIndexOf(':') + 1));
  } catch {
    return [];
  }
}

/** Reads a list such as `0,2-3`. */
export function parseCoreList(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
