import type { ConfigInput } from './schema.js';

/** Another web application whose sessions count, and how it is asked whose they are. */
export interface WebAppConfig {
  readonly url: string;
  /** The names of the cookies that it is sent. */
  readonly cookies: readonly string[];
  /** For a whole answer. */
  readonly timeoutMs: number;
  /** How long an answer counts for further connections. */
  readonly cacheMs: number;
  /** Between two questions about somebody who is connected. */
  readonly recheckMs: number;
  /** How long sessions go on while it does not answer. */
  readonly outageMs: number;
}

/** The keys `auth.session.web_app_*` in the program's terms; undefined without a URL. */
export function buildWebApp({ session }: ConfigInput['auth']): WebAppConfig | undefined {
  if (session.web_app_url === null) return undefined;
  return {
    url: session.web_app_url,
    cookies: session.web_app_cookies,
    timeoutMs: session.web_app_timeout,
    cacheMs: session.web_app_cache,
    recheckMs: session.web_app_recheck,
    outageMs: session.web_app_outage,
  };
}
