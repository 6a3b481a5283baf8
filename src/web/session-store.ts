import { createHash } from 'node:crypto';
import session, { type SessionData } from 'express-session';
import createMemoryStore from 'memorystore';
import { isDict, type Logger } from '../router/index.js';
import { SessionJournal } from './session-journal.js';

/** How web sessions are stored. */
export interface SessionStoreOptions {
  /** Milliseconds for which a session lives without a request. */
  readonly ttlMs: number;
  /** The most sessions; the one unused for longest goes first. */
  readonly max: number;
  /** The journal from which sessions come back after a restart; left out: they end with the process. */
  readonly file?: string | undefined;
  readonly logger: Logger;
}

const MemoryStore = createMemoryStore(session);

/** Under what a session is kept: the SHA-256 of its id. */
export const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64url');

/**
 * express-session's store: bounded, in memory, with a journal behind it if there is a file for one. Sessions are kept under the SHA-256
 * of their id, so that nobody who reads the file or the memory has a session.
 */
export class SessionStore extends session.Store {
  readonly #memory;
  readonly #journal: SessionJournal | undefined;

  constructor({ ttlMs, max, file, logger }: SessionStoreOptions) {
    super();
    let lifeMs = ttlMs;
    this.#memory = new MemoryStore({
      max,
      ttl: () => lifeMs,
      // Whatever memory drops, for its age or for want of room, must not be back after a restart.
      dispose: (key) => {
        this.#journal?.end(key);
      },
      noDisposeOnSet: true,
    });
    if (file === undefined) return;
    this.#journal = new SessionJournal({ file, ttlMs, logger });
    for (const [key, { at, content }] of [...this.#journal.records]) {
      const data: unknown = JSON.parse(content);
      lifeMs = at + ttlMs - Date.now();
      if (isSessionData(data) && lifeMs > 0) this.#memory.set(key, data);
      else this.#journal.end(key);
    }
    lifeMs = ttlMs;
  }

  /** What is in the session under this key, which does not count as a use; undefined when there is none, or not any more. */
  peek(key: string): SessionData | undefined {
    const data: unknown = JSON.parse(this.#memory.store.peek(key) ?? 'null');
    return isSessionData(data) ? data : undefined;
  }

  override get(id: string, callback: Parameters<session.Store['get']>[1]): void {
    this.#memory.get(keyOf(id), callback);
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    const key = keyOf(id);
    this.#memory.set(key, data, callback);
    this.#journal?.set(key, JSON.stringify(data));
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    const key = keyOf(id);
    this.#journal?.end(key, true);
    this.#memory.destroy(key, callback);
  }

  override touch(id: string, data: SessionData, callback?: () => void): void {
    const key = keyOf(id);
    this.#memory.touch(key, data, callback);
    this.#journal?.use(key);
  }
}

/** What comes from a file has the shape of nothing yet. */
function isSessionData(value: unknown): value is SessionData {
  if (!isDict(value) || !isDict(value['cookie'])) return false;
  const signedIn = value['signedIn'];
  return (
    isDict(signedIn) &&
    typeof signedIn['username'] === 'string' &&
    typeof signedIn['login'] === 'string'
  );
}
