import { isDict, type Dict, type Logger } from '../../router/index.js';
import { FileTakenOver, OwnedFile } from './owned-file.js';
import type { Revocation, RevocationState, RevocationStore, RevokedKind } from './revocations.js';

/** Lines that are of no use any more, before the file is written anew. */
const SPARE_LINES = 1000;

/** How a {@link RevocationJournal} works. */
export interface RevocationJournalOptions {
  /** Where it is kept; the folder is made. */
  readonly file: string;
  readonly logger: Logger;
}

/** The file cannot be read, or not be made one's own: nobody could know what was revoked. The system's error is the cause. */
export class UnusableRevocationFile extends Error {
  override readonly name = 'UnusableRevocationFile';
  readonly code = 'ERR_UNUSABLE_REVOCATION_FILE';

  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : 'unknown error';
    super(`the file of revocations ${file} cannot be used: ${reason}`, { cause });
  }
}

/**
 * Keeps revocations over a restart: a file of one line of JSON each, which is on the disk before the call returns. It is read and written anew
 * at the start, and again when most of its lines are of no use. Where it holds a line that makes no sense, nobody knows what was
 * revoked: then every token is refused that was issued until now. The last line may be torn, its revocation was never acknowledged.
 *
 * One process at a time: whoever opens it takes it over. When it cannot be written later on, the log says so once, what is revoked meanwhile
 * holds in this process, and each later revocation tries to write the whole again.
 */
export class RevocationJournal implements RevocationStore {
  readonly kept: readonly Revocation[];
  readonly forgottenUntil: number | undefined;
  readonly #file: OwnedFile;
  readonly #logger: Logger;
  #lines = 0;
  /** As it stands in the file. */
  #forgottenUntil: number | undefined;
  #state: 'written' | 'failing' | 'given up' = 'written';

  /** Opens the file and takes it over from any other process. Throws {@link UnusableRevocationFile}. */
  constructor({ file, logger }: RevocationJournalOptions) {
    this.#file = new OwnedFile(file);
    this.#logger = logger;
    const { kept, forgottenUntil, hasNonsense } = this.#open();
    this.kept = kept;
    this.forgottenUntil = forgottenUntil;
    logger.info({ file, revocations: kept.length }, 'revocations read from their file');
    if (!hasNonsense) return;
    const message = 'lines in the file of revocations make no sense: older tokens are refused';
    logger.warn({ file }, message);
  }

  keep(revocations: readonly Revocation[], all: RevocationState): void {
    this.#attempt(() => {
      const isSpacious = this.#lines <= SPARE_LINES + 2 * all.size;
      if (this.#state === 'written' && isSpacious) this.#append(revocations, all);
      else this.#replace(all);
    });
  }

  #append(revocations: readonly Revocation[], { forgottenUntil }: RevocationState): void {
    const lines = revocations.map((each) => JSON.stringify(each));
    if (forgottenUntil !== this.#forgottenUntil) lines.push(JSON.stringify({ forgottenUntil }));
    if (lines.length === 0) return;
    this.#file.append(lines.join('\n'), true);
    this.#lines += lines.length;
    this.#forgottenUntil = forgottenUntil;
  }

  #open(): Parsed {
    try {
      const { kept, forgottenUntil, hasNonsense } = parse(this.#file.read());
      const parsed = { kept, forgottenUntil: hasNonsense ? Date.now() : forgottenUntil };
      this.#replace({ ...parsed, size: kept.length, revocations: kept });
      return { ...parsed, hasNonsense };
    } catch (error) {
      throw new UnusableRevocationFile(this.#file.path, error);
    }
  }

  #attempt(write: () => void): void {
    if (this.#state === 'given up') return;
    try {
      write();
      if (this.#state === 'failing') {
        this.#logger.info({ file: this.#file.path }, 'revocations are written to their file again');
      }
      this.#state = 'written';
    } catch (error) {
      this.#fail(error);
    }
  }

  #replace({ size, revocations, forgottenUntil }: RevocationState): void {
    const lines = [...revocations].map((each) => JSON.stringify(each));
    if (forgottenUntil !== undefined) lines.unshift(JSON.stringify({ forgottenUntil }));
    this.#file.replace(lines);
    this.#lines = size;
    this.#forgottenUntil = forgottenUntil;
  }

  #fail(error: unknown): void {
    const isTaken = error instanceof FileTakenOver;
    if (this.#state === 'failing' && !isTaken) return;
    this.#state = isTaken ? 'given up' : 'failing';
    this.#logger.error(
      { file: this.#file.path, err: error },
      isTaken
        ? 'another process took over the file of revocations: those of this process end with it'
        : 'revocations cannot be written to their file: until they can, they end with this process',
    );
  }
}

interface Parsed {
  readonly kept: readonly Revocation[];
  readonly forgottenUntil: number | undefined;
  readonly hasNonsense: boolean;
}

function parse(lines: readonly string[]): Parsed {
  const kept: Revocation[] = [];
  let forgottenUntil: number | undefined;
  let hasNonsense = false;
  for (const [index, line] of lines.entries()) {
    const entry = parseJson(line);
    const until = isDict(entry) ? entry['forgottenUntil'] : undefined;
    const revocation = isDict(entry) ? toRevocation(entry) : undefined;
    if (revocation !== undefined) kept.push(revocation);
    else if (typeof until === 'number') forgottenUntil = Math.max(forgottenUntil ?? until, until);
    else if (index < lines.length - 1 || entry !== undefined) hasNonsense = true;
  }
  return { kept, forgottenUntil, hasNonsense };
}

const KINDS: readonly unknown[] = ['token', 'user', 'login'] satisfies readonly RevokedKind[];
const isKind = (value: unknown): value is RevokedKind => KINDS.includes(value);

function toRevocation({ kind, id, before, until }: Dict): Revocation | undefined {
  if (!isKind(kind) || typeof id !== 'string') return undefined;
  if (typeof before !== 'number' || typeof until !== 'number') return undefined;
  return { kind, id, before, until };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
