import type { UserEntry } from '../auth/users/memory-users.js';
import type { Config } from '../config/config.js';
import { developmentLogins } from '../config/known-secrets.js';

/** Where a running application can be reached. */
export interface Addresses {
  readonly publicUrl: string;
  readonly trustedUrl: string;
}

/** What people want to know of an application that has just started: where to look and how to log in. */
export function banner(
  { publicUrl, trustedUrl }: Addresses,
  config: Config,
  users: readonly UserEntry[],
): string {
  const realms = config.realms.map((realm) => realm.name).join(', ');
  const lines = [
    ['Dashboard', `${publicUrl}/livestatus`],
    ['WebSocket', `${publicUrl.replace(/^http/, 'ws')}${config.public.wsPath} (realm ${realms})`],
    ['Trusted URL', `${trustedUrl} (for programs on this machine)`],
    ...developmentLogins(users).map(({ username, password }) => [
      'Log in as',
      `${username}, password ${password} (for development only)`,
    ]),
  ];
  const body = lines.map(([label = '', value = '']) => `  ${label.padEnd(12)} ${value}`).join('\n');
  return `Expressway is running. Stop it with Ctrl+C.\n\n${body}\n\n`;
}
