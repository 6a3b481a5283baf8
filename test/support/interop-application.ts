import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication } from './application.js';
import { temporaryFolder } from './temporary-folder.js';

const EVERYTHING = { publish: true, subscribe: true, call: true, register: true };
const ROLE = {
  permissions: [
    { uri: 'com.example.', match: 'prefix', allow: EVERYTHING },
    { uri: 'wamp.', match: 'prefix', allow: EVERYTHING },
  ],
};
const REALM = {
  name: 'realm1',
  history: [{ uri: 'com.example.history.', match: 'prefix' }],
  roles: ['admin', 'user', 'trusted'].map((name) => ({ name, ...ROLE })),
};

/** The name of each RawSocket listener of `startInteropApplication`. */
export type RawSocketName = 'devices' | 'services' | 'local';

/**
 * Starts the application as in development, but with roles that may use every feature under `com.example.`, with history of
 * `com.example.history.`, and with RawSocket listeners: `devices` asks for a token, `services` (TCP) and `local` (Unix socket) are trusted.
 */
export async function startInteropApplication(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<Application & { rawSocketUrl(name: RawSocketName): string }> {
  const trusted = { type: 'rawsocket', trusted: true, role: 'trusted' };
  const application = await startTestApplication(t, {
    EXPRESSWAY_REALMS: JSON.stringify([REALM]),
    EXPRESSWAY_LISTENERS: JSON.stringify([
      { name: 'devices', type: 'rawsocket', port: 0, authmethods: ['jwt'] },
      { name: 'services', port: 0, ...trusted },
      { name: 'local', unix: join(temporaryFolder(t), 'local.sock'), ...trusted },
    ]),
    ...environment,
  });
  const rawSocketUrl = (name: RawSocketName): string => application.listenerUrls.get(name) ?? '';
  return Object.assign(application, { rawSocketUrl });
}
