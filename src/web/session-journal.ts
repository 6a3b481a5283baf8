import { isDict, type Logger } from '../router/index.js';
import { FileTakenOver, OwnedFile } from '../auth/revocation/owned-file.js';

/** How a {@link SessionJournal} works. */
export interface SessionJournalOptions {
  /** Where it is kept; the folder is made. */
  readonly file: string;
  /** Milliseconds for which an unused session lives. */
  readonly ttlMs: number;
  readonly logger: Logger;
}

/** A session in the journal. */
export interface JournalRecord {
  /** When the session was last known to be used, in ms since 1970. */
  readonly at: number;
  /** What is in it, as JSON. */
  readonly content: string;
}

type Entry =
  | { readonly event: 'set'; readonly key: string; readonly record: JournalRecord }
  | { readonly event: 'use'; readonly key: string; readonly at: number }
  | { readonly event: 'end'; readonly key: string };

/** Lines that are of no use any more, before the file is written anew. */
const spareLines = 1000;
/** A use is noted when the last one noted is older than this part of a session's life: so much too early it may end at most. */
const noteAfter = 1 / 20;

const isKey = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{43}$/u.test(value);

/**
 * What outlives the process of web sessions: a file of one line of JSON per log-in, noted use and end, each written before the call
 * returns. It is read and written anew at the start, and again when most of its lines are of no use.
 *
 * One process at a time: whoever opens it takes it over, and the process that had it goes on in memory alone. No method throws. When the
 * file cannot be written, the log says so once, and each later change tries to write the whole again; if it is an end that cannot be written,
 * the file is removed, since nobody who logged out may be back after a restart.
 */
export class SessionJournal {
  readonly #file: OwnedFile;
  readonly #ttlMs: number;
  readonly #logger: Logger;
  // The one that was unused for longest first.
  readonly #records = new Map<string, JournalRecord>();
  #lines = 0;
  #state: 'written' | 'failing' | 'given up' = 'written';

  /** Opens the journal and takes it over from any other process. Lines that make no sense are ignored; the log says how many. */
  constructor({ file, ttlMs, logger }: SessionJournalOptions) {
    this.#file = new OwnedFile(file);
    this.#ttlMs = ttlMs;
    this.#logger = logger;
    try {
      this.#replay(this.#file.read());
      this.#file.take(this.#liveLines());
      this.#lines = this.#records.size;
      logger.info({ file, sessions: this.#records.size }, 'web sessions read from their file');
    } catch (error) {
      this.#fail(error);
      // What is not a plain file, such as a folder or a device, is not ours to replace, ever.
      if (error instanceof TypeError) this.#state = 'given up';
    }
  }

  /** The sessions that have not ended, by key, the one that was unused for longest first. */
  get records(): ReadonlyMap<string, JournalRecord> {
    return this.#records;
  }

  /** Notes what a session has in it now, and that it is used. */
  set(key: string, content: string): void {
    if (this.#records.get(key)?.content === content) {
      this.use(key);
      return;
    }
    const record = { at: Date.now(), content };
    this.#keep(key, record);
    this.#write(setLine(key, record));
  }

  /** Notes that a session is used; not each time. */
  use(key: string): void {
    const record = this.#records.get(key);
    const at = Date.now();
    if (record === undefined || at - record.at < this.#ttlMs * noteAfter) return;
    this.#keep(key, { ...record, at });
    this.#write(JSON.stringify({ event: 'use', key, at }));
  }

  /** Notes that a session has ended. With `durable` not even the loss of power brings it back. */
  end(key: string, durable = false): void {
    if (!this.#records.delete(key)) return;
    this.#write(JSON.stringify({ event: 'end', key }), { isEnd: true, durable });
  }

  #keep(key: string, record: JournalRecord): void {
    this.#records.delete(key);
    this.#records.set(key, record);
  }

  #write(line: string, { isEnd = false, durable = false } = {}): void {
    try {
      if (this.#state === 'written' && this.#lines <= spareLines + 2 * this.#records.size) {
        this.#file.append(line, durable);
        this.#lines += 1;
        return;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#rewrite(isEnd);
  }

  #rewrite(isEnd: boolean): void {
    if (this.#state === 'given up') return;
    try {
      this.#file.replace(this.#liveLines());
      this.#lines = this.#records.size;
      if (this.#state === 'failing') this.#recover();
    } catch (error) {
      this.#fail(error);
      if (isEnd) this.#remove();
    }
  }

  #fail(error: unknown): void {
    const isTaken = error instanceof FileTakenOver;
    if (this.#state === 'failing' && !isTaken) return;
    this.#state = isTaken ? 'given up' : 'failing';
    this.#logger.error(
      { file: this.#file.path, err: error },
      isTaken
        ? 'another process took over the file of web sessions: those of this process end with it'
        : 'web sessions cannot be written to their file: until they can, they end with this process',
    );
  }

  #recover(): void {
    this.#state = 'written';
    this.#logger.info({ file: this.#file.path }, 'web sessions are written to their file again');
  }

  #remove(): void {
    if (this.#state === 'given up') return;
    try {
      this.#file.remove();
    } catch (error) {
      this.#logger.error(
        { file: this.#file.path, err: error },
        'the end of a web session could not be written: after a restart it may be back; remove the file',
      );
    }
  }

  *#liveLines(): Generator<string> {
    for (const [key, record] of this.#records) yield setLine(key, record);
  }

  #replay(lines: readonly string[]): void {
    let ignored = 0;
    for (const line of lines) {
      const entry = parseEntry(line);
      if (entry === undefined) ignored += 1;
      else this.#apply(entry);
    }
    const oldest = Date.now() - this.#ttlMs;
    for (const [key, { at }] of this.#records) if (at <= oldest) this.#records.delete(key);
    if (ignored === 0) return;
    const fields = { file: this.#file.path, lines: ignored };
    this.#logger.warn(fields, 'lines in the file of web sessions make no sense and were ignored');
  }

  #apply(entry: Entry): void {
    if (entry.event === 'set') this.#keep(entry.key, entry.record);
    else if (entry.event === 'end') this.#records.delete(entry.key);
    else {
      const record = this.#records.get(entry.key);
      if (record !== undefined) this.#keep(entry.key, { ...record, at: entry.at });
    }
  }
}

const setLine = (key: string, { at, content }: JournalRecord): string =>
  `{"event":"set","key":"${key}","at":${at},"session":${content}}`;

function parseEntry(line: string): Entry | undefined {
  const entry = parseJson(line);
  if (!isDict(entry) || !isKey(entry['key'])) return undefined;
  const { event, key, at: written, session } = entry;
  if (event === 'end') return { event, key };
  if (typeof written !== 'number' || !Number.isFinite(written)) return undefined;
  // A clock that was ahead must not lengthen a session's life.
  const at = Math.min(written, Date.now());
  if (event === 'use') return { event, key, at };
  if (event !== 'set' || !isDict(session)) return undefined;
  return { event, key, record: { at, content: JSON.stringify(session) } };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
