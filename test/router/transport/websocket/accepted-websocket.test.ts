import { deepEqual } from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { listen, openWebSocket } from '../../../support/websocket-pair.js';

/** How many listen to each event of a socket that somebody listens to. */
const listeners = (socket: Socket): Map<string | symbol, number> =>
  new Map(socket.eventNames().map((name) => [name, socket.listenerCount(name)]));

describe('an accepted WebSocket', () => {
  // An update of ws that reads or ends the socket itself would read each frame twice, or not leave it to the transport.
  it('leaves the socket to the transport: nothing else listens to it', async (t) => {
    let socket: Socket | undefined;
    let before = new Map<string | symbol, number>();
    const { url, transports } = await listen(t, {
      guards: [
        (request) => {
          socket = request.socket;
          before = listeners(socket);
          return undefined;
        },
      ],
    });
    await openWebSocket(t, `${url}/ws`);
    await transports.take();
    const after = socket === undefined ? before : listeners(socket);
    const added = [...after]
      .map(([name, count]) => [String(name), count - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count !== 0);
    deepEqual(Object.fromEntries(added), { data: 1, end: 1, close: 2, error: 1, drain: 1 });
  });
});
