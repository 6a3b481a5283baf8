import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';

type TrustsProxy = (address: string, hop: number) => boolean;

/**
 * Tells where a request comes from, by the application's own `trust proxy` setting, for requests that never reach Express, such as
 * upgrades: the socket's address, or behind trusted proxies the nearest address in X-Forwarded-For that is not theirs.
 */
export function clientAddress(app: Express): (request: IncomingMessage) => string {
  const setting: unknown = app.get('trust proxy fn');
  if (!isTrustFunction(setting)) throw new TypeError('the application has no trust proxy setting');
  return (request) => {
    let address = request.socket.remoteAddress ?? 'local';
    // Most requests have none, and to look for all of them costs more than to look for one.
    if (request.headers['x-forwarded-for'] === undefined) return address;
    const forwarded = request.headersDistinct['x-forwarded-for']?.join(',').split(',') ?? [];
    let hop = 0;
    for (const next of forwarded.toReversed()) {
      if (!setting(address, hop)) break;
      address = next.trim();
      hop += 1;
    }
    return address;
  };
}

const isTrustFunction = (value: unknown): value is TrustsProxy => typeof value === 'function';
