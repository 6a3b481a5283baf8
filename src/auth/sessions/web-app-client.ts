import { isDict } from '../../router/index.js';
import { isAuthid } from '../methods/authid.js';

/** Who the web application says that somebody is. */
export interface WebAppUser {
  readonly sub: string;
  readonly role: string;
  /** When the web session ends as things are, in ms since the epoch; undefined: it does not say. */
  readonly expiresAt: number | undefined;
}

/** How the web application is asked. */
export interface WebAppClientOptions {
  readonly url: string;
  /** For a whole answer. */
  readonly timeoutMs: number;
  /** Questions at once; others wait. Default 32. */
  readonly concurrency?: number;
  /** Questions that wait; more are refused. Default 1,000. */
  readonly waiting?: number;
}

/** The web application cannot be asked, or does not make sense. The message says why and holds no cookie. */
export class WebAppUnavailable extends Error {
  override readonly name = 'WebAppUnavailable';
  readonly code = 'ERR_WEB_APP_UNAVAILABLE';
}

const MAX_ANSWER_BYTES = 16 * 1024;
const NOBODY: ReadonlySet<number> = new Set([401, 403, 404]);

/** Asks another web application whose session a cookie is: GET with that cookie, without following redirects, a bounded number at once. */
export class WebAppClient {
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #concurrency: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: WebAppClientOptions) {
    this.#url = options.url;
    this.#timeoutMs = options.timeoutMs;
    this.#concurrency = options.concurrency ?? 32;
    this.#waiting = options.waiting ?? 1000;
  }

  /** Who is logged in by this Cookie header; undefined: nobody (401, 403, 404). Rejects with {@link WebAppUnavailable}. */
  async ask(cookie: string): Promise<WebAppUser | undefined> {
    await this.#turn();
    try {
      return await this.#fetch(cookie);
    } catch (error) {
      if (error instanceof WebAppUnavailable) throw error;
      throw new WebAppUnavailable(wordsFor(error));
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** Waits for a place, which is handed over by whoever leaves it. */
  async #turn(): Promise<void> {
    if (this.#running >= this.#concurrency) {
      if (this.#queue.length >= this.#waiting) throw new WebAppUnavailable('too many questions');
      await new Promise<void>((resolve) => {
        this.#queue.push(resolve);
      });
      return;
    }
    this.#running += 1;
  }

  async #fetch(cookie: string): Promise<WebAppUser | undefined> {
    const response = await fetch(this.#url, {
      headers: { cookie, accept: 'application/json', 'cache-control': 'no-store' },
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (response.status === 200) return parseAnswer(await readText(response));
    await response.body?.cancel();
    if (NOBODY.has(response.status)) return undefined;
    throw new WebAppUnavailable(`answered ${response.status}`);
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new WebAppUnavailable('its answer is too long');
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function parseAnswer(text: string): WebAppUser {
  const answer: unknown = JSON.parse(text);
  if (!isDict(answer)) throw new WebAppUnavailable('its answer is no object');
  const { sub, role, expires_at: expiresAt } = answer;
  if (!isAuthid(sub)) throw new WebAppUnavailable('sub is no authid');
  if (typeof role !== 'string') throw new WebAppUnavailable('role is no text');
  if (expiresAt === undefined || expiresAt === null) return { sub, role, expiresAt: undefined };
  if (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)) {
    throw new WebAppUnavailable('expires_at is no time');
  }
  return { sub, role, expiresAt: expiresAt * 1000 };
}

/** Only classes of errors: a parser's message may hold what it could not parse. */
function wordsFor(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof RangeError) return 'its answer is no JSON';
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  if (error instanceof TypeError && error.cause instanceof Error && 'code' in error.cause) {
    return `cannot be reached (${String(error.cause.code)})`;
  }
  return error instanceof TypeError ? 'its answer is no text' : 'cannot be reached';
}
