/** The thread behind StormClients: makes the clients, cuts them when told, and says when all are back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { connectMany } from './connect-many.js';
import { WampPeer } from './wamp-peer.js';

const input = z.object({
  clients: z.int(),
  endpoint: z.object({
    host: z.string(),
    port: z.int(),
    path: z.string(),
    credentials: z
      .object({
        realm: z.string(),
        authmethod: z.enum(['jwt', 'ticket', 'anonymous']),
        authid: z.string().exactOptional(),
        token: z.string().exactOptional(),
      })
      .exactOptional(),
  }),
});

/** A client that was refused comes again after a random time up to this. */
const RETRY_MS = 500;
const GIVE_UP_MS = 60_000;

const { clients, endpoint } = input.parse(workerData);
const port = parentPort;
if (port === null) throw new Error('this program is a thread of the benchmark');

let peers = await connectMany(Array.from({ length: clients }), join);
port.on('message', () => {
  void cut();
});
port.postMessage({ seconds: 0, refusals: 0 });

async function cut(): Promise<void> {
  const startMs = performance.now();
  let refusals = 0;
  for (const peer of peers) peer.close();
  const comeBack = async (): Promise<WampPeer> => {
    for (;;) {
      try {
        return await join();
      } catch (error) {
        if (performance.now() - startMs > GIVE_UP_MS) throw error;
        refusals += 1;
        await sleep(Math.random() * RETRY_MS);
      }
    }
  };
  peers = await Promise.all(peers.map(comeBack));
  port?.postMessage({ seconds: (performance.now() - startMs) / 1000, refusals });
}

async function join(): Promise<WampPeer> {
  const peer = await WampPeer.connect(endpoint);
  peer.onclose = (error) => {
    throw error;
  };
  return peer;
}
