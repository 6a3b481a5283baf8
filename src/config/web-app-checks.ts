import type { ConfigPath } from './config-node.js';
import type { ConfigInput } from './schema.js';

type Report = (path: ConfigPath, expected: string) => void;

/** The sections that web sessions have to do with; undefined for those that are not in order. */
interface SessionSections {
  readonly auth: ConfigInput['auth'] | undefined;
  readonly listeners: ConfigInput['listeners'] | undefined;
}

/** What is wrong between the keys about another web application, and between authmethod `cookie` and its listeners. */
export function checkWebApp({ auth, listeners = [] }: SessionSections, report: Report): void {
  for (const [index, { type, authmethods = [] }] of listeners.entries()) {
    if (type !== 'rawsocket' || !authmethods.includes('cookie')) continue;
    const path = ['listeners', index, 'authmethods', authmethods.indexOf('cookie')];
    report(path, 'no cookie with type rawsocket, which has none');
  }
  if (auth === undefined || auth.session.web_app_url === null) return;
  checkCookies(auth.session, report);
  const methods = [auth.order, ...listeners.map(({ authmethods = [] }) => authmethods)];
  if (!methods.some((each) => each.includes('cookie'))) {
    report(['auth', 'session', 'web_app_url'], 'authmethod cookie in auth.order or of a listener');
  }
}

function checkCookies(
  { cookie, web_app_cookies: cookies }: ConfigInput['auth']['session'],
  report: Report,
): void {
  const path = ['auth', 'session', 'web_app_cookies'];
  if (cookies.length === 0) report(path, 'at least one name, as web_app_url is set');
  if (cookies.includes(cookie)) {
    report([...path, cookies.indexOf(cookie)], 'a cookie that is not our own');
  }
}
