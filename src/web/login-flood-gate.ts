import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../router/index.js';
import type { LoginLimiter } from './login-limiter.js';
import { sendRawProblem } from './raw-problem.js';

/** What a {@link LoginFloodGate} needs. */
export interface LoginFloodGateOptions {
  readonly limiter: Pick<LoginLimiter, 'refusesFor'>;
  /** A client's address, where a trusted proxy reports it. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly logger: Logger;
}

/** The log tells of what was turned away once in so long: a flood must not become one of the log. */
const LOG_EVERY_MS = 1000;
/** As the web application sends with each of its answers that is no page. */
const HEADERS = {
  'content-type': 'application/problem+json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Turns away the passwords of addresses that have guessed too often, before the web application looks at them: at a thousand a second its way
 * to the same answer would take all of the processor, and others would wait. For programs; a browser gets its page from the application.
 */
export class LoginFloodGate {
  readonly #options: LoginFloodGateOptions;
  #refused = 0;
  #toldAt = -Infinity;

  constructor(options: LoginFloodGateOptions) {
    this.#options = options;
  }

  /** Whether it has answered the request, with 429. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { authorization, accept = '' } = request.headers;
    if (authorization === undefined || !/^basic /i.test(authorization)) return false;
    if (accept.includes('text/html')) return false;
    const address = this.#options.addressOf(request);
    const retryAfterMs = this.#options.limiter.refusesFor(address);
    if (retryAfterMs === undefined) return false;
    this.#tell(address);
    const seconds = Math.ceil(retryAfterMs / 1000);
    const headers = { ...HEADERS, 'Retry-After': String(seconds) };
    const detail = `Too many failed log-ins. Try again in ${seconds} s.`;
    sendRawProblem(response, 429, headers, detail);
    return true;
  }

  #tell(peer: string): void {
    this.#refused += 1;
    const now = performance.now();
    if (now - this.#toldAt < LOG_EVERY_MS) return;
    const refused = this.#refused;
    this.#toldAt = now;
    this.#refused = 0;
    this.#options.logger.warn({ peer, refused }, 'log-ins refused: too many wrong passwords');
  }
}
