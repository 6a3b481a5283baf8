import { randomBytes } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** What became of a WebSocket upgrade. */
export interface Upgrade {
  readonly status: number;
  /** Sec-WebSocket-Protocol of the answer, as sent. */
  readonly protocol: string | undefined;
  /** Settled when the connection is over: at once if the upgrade was refused. */
  readonly over: Promise<void>;
  readonly destroy: () => void;
}

/** Asks for an upgrade that offers these subprotocols, or none. Looks at the answer as it is, other than a WebSocket client would. */
export function upgrade(url: string, protocols: readonly string[]): Promise<Upgrade> {
  const address = new URL(url);
  const secure = address.protocol === 'wss:';
  address.protocol = secure ? 'https:' : 'http:';
  const request = (secure ? requestHttps : requestHttp)(address, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
    },
  });
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      resolve({
        status: response.statusCode ?? 0,
        protocol: response.headers['sec-websocket-protocol'],
        over: Promise.resolve(),
        destroy: () => request.destroy(),
      });
    });
    request.once('upgrade', (response, socket) => {
      socket.on('error', () => {
        // A reset is an end like another.
      });
      socket.resume();
      resolve({
        status: response.statusCode ?? 0,
        protocol: response.headers['sec-websocket-protocol'],
        over: new Promise((ended) => socket.once('close', ended)),
        destroy: () => socket.destroy(),
      });
    });
    request.end();
  });
}
