import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What to run and whom to tell. Durations in milliseconds. */
export interface SupervisedChildOptions {
  readonly name: string;
  /** Arguments for this same node. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Told each line that the child writes, and what becomes of the child. */
  readonly print: (line: string) => void;
  /** Told each exit that was not asked for, before the restart. False: do not start it again. */
  readonly onexit?: (code: number | null) => boolean;
  /** First pause before a restart; it doubles up to `maxRestartMs`. Default 250. */
  readonly minRestartMs?: number;
  /** Longest pause. Default 10000. */
  readonly maxRestartMs?: number;
  /** How long a child must have lived for the pause to be the first one again. Default 30000. */
  readonly stableMs?: number;
  /** How long a child may take to end before it is killed. Default 10000. */
  readonly killAfterMs?: number;
}

/** A child process that is started again when it dies. */
export class SupervisedChild {
  readonly #options: Required<SupervisedChildOptions>;
  #process: ChildProcess;
  #restartMs: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  /** Starts it at once. */
  constructor(options: SupervisedChildOptions) {
    this.#options = {
      onexit: () => true,
      minRestartMs: 250,
      maxRestartMs: 10_000,
      stableMs: 30_000,
      killAfterMs: 10_000,
      ...options,
    };
    this.#restartMs = this.#options.minRestartMs;
    this.#process = this.#start();
  }

  get name(): string {
    return this.#options.name;
  }

  /** Of the process that runs now, or ran last; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends the signal, kills the child when it takes too long, and resolves when it is gone and has said its last. It is not started again. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(() => {
        this.#options.print(`does not end; killed`);
        child.kill('SIGKILL');
      }, this.#options.killAfterMs);
      child.once('close', () => {
        clearTimeout(deadline);
        resolve();
      });
      child.kill(signal);
    });
  }

  #start(): ChildProcess {
    const { args, env, print } = this.#options;
    this.#startedAt = Date.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) printLines(stream, print);
    child.once('error', (cause) => {
      print(`cannot be started: ${cause.message}`);
      if (child.pid === undefined) this.#ended(null);
    });
    child.once('exit', (code, signal) => {
      if (!this.#stopping) print(`ended (${signal ?? `code ${String(code)}`})`);
      this.#ended(code);
    });
    return child;
  }

  #ended(code: number | null): void {
    if (this.#stopping || !this.#options.onexit(code)) return;
    const { minRestartMs, maxRestartMs, stableMs, print } = this.#options;
    if (Date.now() - this.#startedAt >= stableMs) this.#restartMs = minRestartMs;
    const pauseMs = this.#restartMs;
    this.#restartMs = Math.min(pauseMs * 2, maxRestartMs);
    print(`starting again in ${pauseMs / 1000} s`);
    this.#timer = setTimeout(() => {
      this.#process = this.#start();
    }, pauseMs);
  }
}

function printLines(stream: Readable, print: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', print);
}
