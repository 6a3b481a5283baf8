import { stat } from 'node:fs/promises';

/** What {@link FileWatcher} needs. */
export interface FileWatcherOptions {
  /** A file, or a link to one. */
  readonly path: string;
  /** The file is another than at the last call, and has been left alone for a while. Called once, also for the file as it is at first. */
  readonly onchange: () => Promise<void>;
  /** Time between two looks, in ms. Default 250. */
  readonly pollMs?: number;
}

/**
 * Tells when a file has changed, by looking at it now and then: so it does not matter whether it was written in place, replaced by rename, or
 * a folder above it was exchanged by a link, as Kubernetes does. A change is told at the second look that finds it the same: nobody reads a
 * file that is still being written.
 */
export class FileWatcher {
  readonly #options: FileWatcherOptions;
  readonly #timer: NodeJS.Timeout;
  /** The file at the last look, and at the last call. */
  #seen = '';
  #told = '';
  #isBusy = false;

  constructor(options: FileWatcherOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), options.pollMs ?? 250);
  }

  /** Looks at the file once more. Does nothing while an earlier look or call is not over. */
  async look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const found = await identity(this.#options.path);
      const isSettled = found === this.#seen;
      this.#seen = found;
      if (!isSettled || found === this.#told) return;
      this.#told = found;
      await this.#options.onchange();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Looks no more. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }
}

/** What differs when the file does. */
async function identity(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'not there';
  }
}
