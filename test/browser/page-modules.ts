/** The page's modules that need no browser, with the types that their JSDoc tells. */

export interface Status {
  readonly user: string;
  readonly status: string;
  readonly message: string;
  readonly version: number;
  readonly changed_at: string;
}

export interface StatusBoard {
  readonly isComplete: boolean;
  resync(): void;
  change(status: Status): boolean;
  remove(removal: Pick<Status, 'user' | 'version'>): boolean;
  apply(rows: readonly Status[], version: number): void;
  rows(): Status[];
}

export type Column = (number | null | undefined)[];

export interface SlidingWindow {
  put(atMs: number, values: readonly number[]): void;
  add(atMs: number, amount: number): void;
  data(nowMs: number): Column[];
}

export interface BackOff {
  next(): number;
  reset(): void;
}

export interface TokenRefused extends Error {
  readonly refusal: string;
  readonly retryAfterMs: number | undefined;
}

export interface SessionEnd {
  readonly hadJoined: boolean;
  readonly uri: string | null;
  readonly message: string;
  readonly code: number | undefined;
  readonly givenUp: 'silent' | 'slow' | undefined;
  readonly refused: TokenRefused | undefined;
}

export interface Verdict {
  readonly plan: 'at-once' | 'soon' | 'later' | 'stop';
  readonly reason: string;
  readonly remedy?: string;
  readonly waitMs?: number;
}

export interface LinkState {
  readonly phase: 'connecting' | 'live' | 'waiting' | 'stopped';
  readonly reason?: string;
  readonly remedy?: string;
  readonly retryAtMs?: number;
}

export interface Token {
  readonly token: string;
  readonly expiresAtMs: number;
  readonly refreshAtMs: number;
}

export interface RenewalOptions {
  readonly session: { call(procedure: string, args: readonly unknown[]): Promise<unknown> };
  readonly token: Token;
  readonly fetchToken: () => Promise<Token>;
  readonly onrenew: (expiresAtMs: number) => void;
  readonly onrefused: (refused: TokenRefused) => void;
}

export interface AttemptHooks {
  readonly onjoin: (session: unknown, expiresAtMs: number | undefined) => void;
  readonly onrenew: (expiresAtMs: number) => void;
  readonly onend: (end: SessionEnd) => void;
}

export interface RouterLink {
  connect(): void;
  wake(): void;
  heard(): void;
}

export interface LinkOptions {
  readonly probeTopic: string;
  readonly attempt: (hooks: AttemptHooks) => { giveUp(why: 'silent' | 'slow'): void };
  readonly onstate: (state: LinkState) => void;
  readonly onjoin: (session: unknown) => void;
  readonly onleave: () => void;
}

export interface FeedOptions {
  readonly board: StatusBoard;
  readonly onchange: () => void;
  readonly onevent: () => void;
  readonly onwait: (reason: string) => void;
}

export interface StatusFeed {
  start(): Promise<void>;
  stop(): void;
}

/** The folder of the pages, seen from dist/test/browser. */
export const publicFolder = new URL('../../../public/', import.meta.url);

const load = (name: string): Promise<unknown> =>
  import(new URL(`assets/${name}.js`, publicFolder).href);

export const { StatusBoard } = (await load('status-board')) as {
  readonly StatusBoard: new () => StatusBoard;
};
export const { SlidingWindow } = (await load('sliding-window')) as {
  readonly SlidingWindow: new (seconds: number, width: number) => SlidingWindow;
};
export const { BackOff } = (await load('back-off')) as {
  readonly BackOff: new (firstMs: number, capMs: number, random?: () => number) => BackOff;
};
export const { TokenRefused, fetchToken } = (await load('token-source')) as {
  readonly TokenRefused: new (
    refusal: string,
    message: string,
    retryAfterMs?: number,
  ) => TokenRefused;
  readonly fetchToken: (url: string) => Promise<Token>;
};
export const { TokenRenewal } = (await load('token-renewal')) as {
  readonly TokenRenewal: new (options: RenewalOptions) => { stop(): void };
};
export const { judgeEnd } = (await load('session-end')) as {
  readonly judgeEnd: (end: SessionEnd) => Verdict;
};
export const { RouterLink } = (await load('router-link')) as {
  readonly RouterLink: new (options: LinkOptions) => RouterLink;
};
export const { StatusFeed } = (await load('status-feed')) as {
  readonly StatusFeed: new (session: unknown, options: FeedOptions) => StatusFeed;
};
export const { relativeTime, clockTime, parseTime } = (await load('relative-time')) as {
  readonly relativeTime: (atMs: number, nowMs: number) => string;
  readonly parseTime: (text: string) => number;
  readonly clockTime: (ms: number) => string;
};
export const { niceTop } = (await load('plot')) as {
  readonly niceTop: (value: number) => number;
};
