import { LoginWatch, type LoginEnd, type LoginWatchOptions } from '../auth/sessions/login-watch.js';
import type { Closers } from '../closers.js';
import { CloseCode, Uri, type Logger, type Router } from '../router/index.js';

/** When a watch looks, and how long it bears not to know. */
export type WatchTimes = Pick<LoginWatchOptions, 'everyMs' | 'outageMs'>;

/** Makes watches over log-ins that end the sessions of this router, and are closed with it. */
export const loginWatches =
  (router: Router, logger: Logger, closers: Closers) =>
  (times: WatchTimes): LoginWatch => {
    const watch = new LoginWatch({
      ...times,
      logger,
      loginsInUse: () => new Set(router.principals.flatMap(({ login }) => login ?? [])),
      onend: (login, end) => {
        endLogin(router, login, end);
      },
    });
    closers.add(() => {
      watch.close();
    });
    return watch;
  };

/** By how it ended the client learns whether to come back. */
function endLogin(router: Router, login: string, end: LoginEnd): void {
  const isOfLogin = (principal: { readonly login?: string }): boolean => principal.login === login;
  if (end === 'ended') router.endSessions(isOfLogin, Uri.killed, 'logged out');
  else if (end === 'expired') {
    router.closeSessions(isOfLogin, CloseCode.tokenExpired, 'session_expired');
  } else router.closeSessions(isOfLogin, CloseCode.tryAgainLater, 'try again later');
}
