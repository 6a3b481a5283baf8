declare module 'memorystore' {
  import type session from 'express-session';

  interface MemoryStoreOptions {
    /** The most sessions kept; the one unused for longest goes first. */
    readonly max: number;
    /** Milliseconds for which an unused session is kept. */
    readonly ttl: number;
  }

  /** A session store on an LRU cache. */
  export default function createMemoryStore(
    module: typeof session,
  ): new (options: MemoryStoreOptions) => session.Store;
}
