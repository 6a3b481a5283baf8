import type { UserEntry } from '../auth/users/memory-users.js';
import type { Config } from '../config/config.js';
import { developmentLogins } from '../config/known-secrets.js';

/** Where a running application can be reached. */
export interface Addresses {
  readonly publicUrl: string;
  readonly trustedUrl: string;
  /** Those of the further listeners, by name. */
  readonly listenerUrls: ReadonlyMap<string, string>;
}

const ON_THIS_MACHINE = 'for programs on this machine';

/** What people want to know of an application that has just started: where to look and how to log in. */
export function banner(
  { publicUrl, trustedUrl, listenerUrls }: Addresses,
  config: Config,
  users: readonly UserEntry[],
): string {
  const realms = config.realms.map((realm) => realm.name).join(', ');
  const { wsPath, longPollPath } = config.public;
  const lines = [
    ['Dashboard', `${publicUrl}/livestatus`],
    ['WebSocket', `${publicUrl.replace(/^http/, 'ws')}${wsPath} (realm ${realms})`],
    ...(longPollPath === undefined ? [] : [['Long-poll', `${publicUrl}${longPollPath}`]]),
    ['Trusted URL', `${trustedUrl} (${ON_THIS_MACHINE})`],
    ...config.listeners.map(({ name, admission }) => [
      'Listener',
      `${listenerUrls.get(name) ?? ''} (${name}, ${admission.isTrusted ? ON_THIS_MACHINE : 'for everybody'})`,
    ]),
    ...developmentLogins(users).map(({ username, password }) => [
      'Log in as',
      `${username}, password ${password} (for development only)`,
    ]),
  ];
  const body = lines.map(([label = '', value = '']) => `  ${label.padEnd(12)} ${value}`).join('\n');
  return `Expressway is running. Stop it with Ctrl+C.\n\n${body}\n\n`;
}
