import { fileURLToPath } from 'node:url';
import { startApplication, type Application } from '../../src/application.js';
import { loadConfig } from '../../src/config/load.js';
import { silentLogger, type Logger } from '../../src/router/index.js';
import { basic } from './http.js';

const DEVELOPMENT = fileURLToPath(new URL('../../../config/development.yaml', import.meta.url));

/** What a test needs to end with itself: `t` or the like. */
export interface Ending {
  after(end: () => Promise<void>): void;
}

/**
 * Starts the application of config/development.yaml on ports of its own, and ends it with the test. `environment` overrides keys by
 * their environment names, such as `EXPRESSWAY_AUTH__JWT__TTL`. Web sessions end with it, unless it says where they are kept.
 */
export async function startTestApplication(
  t: Ending,
  environment: Readonly<Record<string, string>> = {},
  logger: Logger = silentLogger,
): Promise<Application> {
  const { config, users, reload } = await loadConfig(DEVELOPMENT, {
    EXPRESSWAY_PUBLIC__PORT: '0',
    EXPRESSWAY_TRUSTED__PORT: '0',
    EXPRESSWAY_DRAIN__DURATION: '0s',
    EXPRESSWAY_AUTH__SESSION__FILE: '',
    ...environment,
  });
  const application = await startApplication({ config, users, logger, reload });
  t.after(() => application.close());
  return application;
}

/** A token of the development configuration's admin, as a browser or curl would fetch it. */
export async function fetchToken({ publicUrl }: Application): Promise<string> {
  const response = await fetch(`${publicUrl}/get_token`, {
    headers: { authorization: basic('admin', 'kitten') },
  });
  if (!response.ok) throw new Error(`/get_token answered ${response.status}`);
  return response.text();
}

/** The WebSocket URL of the public listener. */
export const webSocketUrl = ({ publicUrl }: Application): string =>
  `${publicUrl.replace('http', 'ws')}/ws`;
