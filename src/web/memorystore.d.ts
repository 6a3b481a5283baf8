declare module 'memorystore' {
  import type session from 'express-session';

  interface MemoryStoreOptions {
    /** The most sessions kept; the one unused for longest goes first. */
    readonly max: number;
    /** Milliseconds for which a session that is set or touched now is kept. */
    readonly ttl: () => number;
    /** Called with the key of each session that is dropped, whatever for. */
    readonly dispose: (key: string) => void;
    /** Whether `dispose` is not called for what a session had in it before it was set again. */
    readonly noDisposeOnSet: boolean;
  }

  interface MemoryStore extends session.Store {
    touch(id: string, data: session.SessionData, callback?: () => void): void;
    /** The cache: JSON by key. `peek` gives what has not ended, and does not count as a use. */
    readonly store: { peek(key: string): string | undefined };
  }

  /** A session store on an LRU cache. */
  export default function createMemoryStore(
    module: typeof session,
  ): new (options: MemoryStoreOptions) => MemoryStore;
}
