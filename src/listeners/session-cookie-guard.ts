import type { Config } from '../config/config.js';
import type { UpgradeGuard } from '../router/index.js';

/**
 * Guards of a listener with these authmethods beside that of its origins: where cookies let somebody in, a request that brings one must say
 * which page made it. A browser always does.
 */
export function sessionCookieGuards(
  authmethods: readonly string[],
  { auth: { session } }: Config,
): readonly UpgradeGuard[] {
  if (!authmethods.includes('cookie')) return [];
  const names = [session.cookie, ...(session.webApp?.cookies ?? [])];
  return [
    ({ headers }) => {
      const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
      const isLoggedIn = pairs.some((pair) => names.some((name) => pair.startsWith(`${name}=`)));
      if (headers.origin !== undefined || !isLoggedIn) return undefined;
      return { status: 403, reason: 'with a session cookie the Origin must be told' };
    },
  ];
}
