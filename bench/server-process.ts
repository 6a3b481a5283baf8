import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { pinnedNode } from './cores.js';

/** How to start a server of a contender. */
export interface ServerOptions {
  /** The compiled program, a sibling in `contenders/`. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly core: number | undefined;
  /** Where to leave a CPU profile; none is taken without it. */
  readonly profileDirectory?: string | undefined;
}

/** `once` answers the list of the event's arguments. */
const listeningMessage = z
  .tuple([z.object({ listening: z.object({ port: z.int(), path: z.string() }) })])
  .rest(z.unknown());
const usageMessage = z
  .tuple([z.object({ cpu: z.object({ user: z.number(), system: z.number() }), rss: z.number() })])
  .rest(z.unknown());

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 15_000;
const MAX_ERROR_OUTPUT = 4_000;

/** A contender's server in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #proc: string | undefined;
  #errorOutput = '';
  #port = 0;
  #path = '/';

  private constructor(child: ChildProcess) {
    this.#child = child;
    const proc = `/proc/${String(child.pid)}`;
    this.#proc = existsSync(proc) ? proc : undefined;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errorOutput = (this.#errorOutput + chunk.toString()).slice(-MAX_ERROR_OUTPUT);
    });
  }

  /** Starts the program and waits until it listens. Rejects with what it wrote to stderr when it does not. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const profile = options.profileDirectory;
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const program = fileURLToPath(new URL(`contenders/${options.program}`, import.meta.url));
    const [command = '', ...args] = pinnedNode(options.core, [
      ...profiling,
      program,
      ...(options.args ?? []),
    ]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const server = new ServerProcess(child);
    await server.#listening(options.program);
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get path(): string {
    return this.#path;
  }

  /** The last that the server wrote to stderr. */
  get errorOutput(): string {
    return this.#errorOutput;
  }

  /** CPU seconds that the process has used, user and system, all threads. */
  async cpuSeconds(): Promise<number> {
    if (this.#proc !== undefined) return parseStat(readFileSync(`${this.#proc}/stat`, 'utf8'));
    const { user, system } = (await this.#usage()).cpu;
    return (user + system) / 1e6;
  }

  /** Bytes of the process that are in memory. */
  async rssBytes(): Promise<number> {
    if (this.#proc !== undefined) return parseRss(readFileSync(`${this.#proc}/status`, 'utf8'));
    return (await this.#usage()).rss;
  }

  /** Asks the server to close, and kills it when it has not after 15 s. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    if (this.#child.connected) this.#child.send('stop');
    else this.#child.kill();
    await exit;
    clearTimeout(timer);
  }

  async #usage() {
    const answer = once(this.#child, 'message');
    this.#child.send('usage');
    return usageMessage.parse(await answer)[0];
  }

  async #listening(program: string): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), START_TIMEOUT_MS);
    const message = once(this.#child, 'message');
    const exit = once(this.#child, 'exit');
    const announced = listeningMessage.safeParse(await Promise.race([message, exit]));
    clearTimeout(timer);
    if (!announced.success) {
      this.#child.kill('SIGKILL');
      throw new Error(`${program} did not start:\n${this.#errorOutput}`);
    }
    this.#port = announced.data[0].listening.port;
    this.#path = announced.data[0].listening.path;
  }
}

/** Where the servers' CPU times come from on this system, in words for the report. */
export function cpuSourceName(): string {
  return existsSync('/proc/self/stat')
    ? '/proc/PID/stat (user + system)'
    : 'process.cpuUsage() of the server, asked over IPC: there is no /proc here';
}

/** Linux' USER_HZ, on every architecture that Node is built for. */
const TICKS_PER_SECOND = 100;

/** The line `VmRSS: 123 kB` of /proc/PID/status, in bytes; NaN where it is missing. */
export function parseRss(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}

/** utime + stime of a line of /proc/PID/stat, in seconds. The second field, the name, may hold blanks and parentheses. */
export function parseStat(line: string): number {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
