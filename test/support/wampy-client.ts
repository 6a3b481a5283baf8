import { Wampy } from 'wampy';
import { WebSocket } from 'ws';
import type { Ending } from './application.js';

/** Where and how a wampy client connects. */
export interface WampyOptions {
  readonly url: string;
  readonly onChallenge?: () => string | Promise<string>;
  readonly onReconnectSuccess?: (details: Record<string, unknown>) => void;
}

/** A wampy client that reconnects by itself, ended with the test. Not connected yet. */
export function createWampy(
  t: Ending,
  { url, onChallenge, onReconnectSuccess }: WampyOptions,
): Wampy {
  const wampy = new Wampy(url, {
    realm: 'realm1',
    // wampy's type asks for the browser's class; ws has all that it uses.
    ws: WebSocket as unknown as typeof globalThis.WebSocket,
    reconnectInterval: 100,
    ...(onChallenge && { authid: 'admin', authmethods: ['jwt'], onChallenge }),
    ...(onReconnectSuccess && { onReconnectSuccess }),
  });
  t.after(() =>
    wampy.disconnect().then(
      () => undefined,
      () => undefined,
    ),
  );
  return wampy;
}
