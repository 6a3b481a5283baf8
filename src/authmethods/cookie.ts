import { CookieAuthenticator, type CookieSource } from '../auth/sessions/cookie-authenticator.js';
import { OwnWebSessions } from '../auth/sessions/own-web-sessions.js';
import { WebAppClient } from '../auth/sessions/web-app-client.js';
import { WebAppSessions } from '../auth/sessions/web-app-sessions.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** Our own sessions are looked at in memory. */
const OWN_WATCH = { everyMs: 1000, outageMs: 0 };

/** `cookie`: a web session of our own or, where one is configured, of another web application. */
export function cookieAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { cookie } = parts.config.auth.session;
  const own = new OwnWebSessions({
    cookie,
    find: parts.findWebSession,
    users: parts.users,
    watch: parts.watchLogins(OWN_WATCH),
  });
  return new CookieAuthenticator({ sources: [own, ...webAppSource(parts)] });
}

function webAppSource({
  config,
  grantableRoles,
  watchLogins,
  logger,
}: AuthenticatorParts): readonly CookieSource[] {
  const { webApp } = config.auth.session;
  if (webApp === undefined) return [];
  const { url, cookies, timeoutMs, cacheMs, recheckMs, outageMs } = webApp;
  const watch = watchLogins({ everyMs: recheckMs, outageMs });
  const client = new WebAppClient({ url, timeoutMs });
  return [new WebAppSessions({ cookies, client, cacheMs, roles: grantableRoles, watch, logger })];
}
