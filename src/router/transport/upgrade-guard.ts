import type { IncomingMessage } from 'node:http';

/** Why an upgrade is refused, as HTTP says it. */
export interface UpgradeRefusal {
  readonly status: 400 | 403 | 404 | 431 | 503;
  /** For the client and the log: which rule, no internals. */
  readonly reason: string;
}

/** Judges an upgrade request before anything else is done with it; undefined lets it pass. */
export type UpgradeGuard = (request: IncomingMessage) => UpgradeRefusal | undefined;

/** The pages of one application come from few origins, and to parse a URL takes long. */
const KNOWN_ORIGINS = 100;
const PROXY_HEADERS = ['forwarded', 'via', 'x-real-ip'];
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** Refuses a head of more than `lines` header lines, for a server that keeps one line more than that: of the rest some versions of Node tell nothing. */
export const headGuard =
  (lines: number): UpgradeGuard =>
  ({ rawHeaders }) =>
    // Names and values by turns.
    rawHeaders.length > 2 * lines ? { status: 431, reason: 'too many header lines' } : undefined;

/**
 * For a listener that browsers use: a page of another origin may not connect (cross-site WebSocket hijacking). The same origin and
 * those of `allowedOrigins` may, compared as parsed; so may a client that sends no Origin, since browsers always send one.
 */
export function originGuard(allowedOrigins: readonly string[]): UpgradeGuard {
  const allowed = new Set(allowedOrigins.map((origin) => new URL(origin).origin));
  const known = new Map<string, boolean>();
  return (request) => {
    const { origin, host = '' } = request.headers;
    if (origin === undefined) return undefined;
    // A line feed stands in no header (RFC 9110, 5.5).
    const key = `${origin}\n${host}`;
    const isKnown = known.get(key);
    const isAllowed = isKnown ?? isAllowedOrigin(origin, host, allowed);
    if (isKnown === undefined) {
      if (known.size >= KNOWN_ORIGINS) known.clear();
      known.set(key, isAllowed);
    }
    return isAllowed ? undefined : { status: 403, reason: 'this origin is not allowed' };
  };
}

function isAllowedOrigin(origin: string, host: string, allowed: ReadonlySet<string>): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && isHttp(url) && (allowed.has(url.origin) || isHost(url, host));
}

/**
 * For the trusted listener: only programs on this machine, never a web page, a rebound name or a proxy. Any Origin, Cookie,
 * Sec-Fetch-* or forwarding header is refused, and so is a Host other than the loopback's or one of `allowedHosts`. Programs that are no
 * browsers and send an Origin all the same, as WebSocket clients in PHP do, may send one of `allowedOrigins`.
 */
export function trustedGuard(
  allowedHosts: readonly string[],
  allowedOrigins: readonly string[] = [],
): UpgradeGuard {
  const hosts = new Set([...LOOPBACK_HOSTS, ...allowedHosts.map((host) => host.toLowerCase())]);
  const origins = new Set(allowedOrigins);
  return (request) => {
    const { origin } = request.headers;
    for (const name of Object.keys(request.headers)) {
      const isAllowed = name === 'origin' && origins.has(origin ?? '');
      if (isOfBrowsers(name) && !isAllowed) {
        return { status: 403, reason: `the trusted URL is not for browsers: header ${name}` };
      }
      if (name.startsWith('x-forwarded-') || PROXY_HEADERS.includes(name)) {
        return { status: 403, reason: `the trusted URL is not for proxies: header ${name}` };
      }
    }
    const host = hostNameOf(request.headers.host);
    if (host !== undefined && hosts.has(host)) return undefined;
    return { status: 403, reason: 'unknown Host' };
  };
}

const isOfBrowsers = (header: string): boolean =>
  header === 'origin' || header === 'cookie' || header.startsWith('sec-fetch-');

const isHttp = (url: URL): boolean => url.protocol === 'http:' || url.protocol === 'https:';

/** Whether an origin is that of the host which the client says it connects to; a default port may be left out. */
function isHost(origin: URL, host: string): boolean {
  const target = `${origin.protocol}//${host}`;
  return URL.canParse(target) && new URL(target).host === origin.host;
}

/** A Host header without its port, in lower case; undefined when it is none. */
function hostNameOf(host: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/@?#\\]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match?.[1]?.toLowerCase();
}
