import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  constants,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Another process has made the file its own since. */
export class FileTakenOver extends Error {
  override readonly name = 'FileTakenOver';
}

const APPEND_TO_EXISTING = constants.O_RDWR | constants.O_APPEND;
const headerOf = (owner: string): string => `{"owner":"${owner}"}`;
const headerLength = headerOf('0'.repeat(32)).length;

/**
 * A file of lines that belongs to the process that took it last, whose name is its first line: a process that was superseded finds
 * out before it writes, so that two never mix their lines. Everything is synchronous, and throws the system's errors.
 */
export class OwnedFile {
  readonly path: string;
  readonly #owner = randomBytes(16).toString('hex');
  #isTaken = false;

  constructor(path: string) {
    this.path = path;
  }

  /** The lines of whoever had the file, the last one perhaps torn; none if there is no file. Throws if it is no plain file. */
  read(): string[] {
    const status = statSync(this.path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    if (!status.isFile()) throw new TypeError('not a plain file');
    const [header = '', ...lines] = readFileSync(this.path, 'utf8').split('\n');
    return (header.startsWith('{"owner":') ? lines : [header, ...lines]).filter(
      (line) => line !== '',
    );
  }

  /** Replaces the file, whosever it is, by a new one that is ours: mode 0600, in its folder, which is made. All or nothing. */
  take(lines: Iterable<string>): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const next = `${this.path}.${randomBytes(6).toString('hex')}`;
    try {
      const text = [headerOf(this.#owner), ...lines, ''].join('\n');
      writeFileSync(next, text, { mode: 0o600, flag: 'wx', flush: true });
      renameSync(next, this.path);
      this.#isTaken = true;
    } catch (error) {
      unlinkIfThere(next);
      throw error;
    }
  }

  /** As `take`, but throws {@link FileTakenOver} if another process took what was ours. */
  replace(lines: Iterable<string>): void {
    this.#checkIfThere();
    this.take(lines);
  }

  /** Adds a line to what was taken; with `durable` it is on the disk on return, else with the system. Throws {@link FileTakenOver}. */
  append(line: string, durable: boolean): void {
    this.#open((handle) => {
      this.#check(handle);
      appendFileSync(handle, `${line}\n`);
      if (durable) fdatasyncSync(handle);
    });
  }

  /** Removes the file, if it is there. Throws {@link FileTakenOver} if another process took what was ours. */
  remove(): void {
    this.#checkIfThere();
    unlinkIfThere(this.path);
  }

  #checkIfThere(): void {
    if (!this.#isTaken || statSync(this.path, { throwIfNoEntry: false }) === undefined) return;
    this.#open((handle) => {
      this.#check(handle);
    });
  }

  #open(use: (handle: number) => void): void {
    // Not "a": what was removed from outside is not to come back with one line in it.
    const handle = openSync(this.path, APPEND_TO_EXISTING);
    try {
      use(handle);
    } finally {
      closeSync(handle);
    }
  }

  #check(handle: number): void {
    const header = Buffer.alloc(headerLength);
    readSync(handle, header, 0, headerLength, 0);
    if (header.toString('latin1') !== headerOf(this.#owner)) throw new FileTakenOver(this.path);
  }
}

function unlinkIfThere(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) unlinkSync(path);
}
