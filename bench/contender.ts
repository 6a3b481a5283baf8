import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey, signToken, writeConfig, type BenchKey } from './contenders/expressway-config.js';
import type { CallDialect } from './generator/call-load.js';
import { WampPeer } from './generator/wamp-peer.js';
import { ServerProcess } from './server-process.js';

/** Where and how a contender's server runs. */
export interface Placement {
  readonly core: number | undefined;
  readonly profileDirectory?: string | undefined;
}

/** A started contender, alone in its process. */
export interface RunningContender {
  readonly name: string;
  readonly dialect: CallDialect;
  /** Makes one more session. */
  readonly connect: () => Promise<WampPeer>;
  readonly cpuSeconds: () => Promise<number>;
  /** The last that its server wrote to stderr. */
  readonly errorOutput: () => string;
  readonly stop: () => Promise<void>;
}

/** Something to measure. */
export interface Contender {
  readonly name: string;
  readonly description: string;
  readonly start: (placement: Placement) => Promise<RunningContender>;
}

/** The name of the yardstick; every ratio is to it. */
export const BASELINE = 'bare-ws';

/** The name of the router. */
export const ROUTER = 'expressway';

/** All contenders, in the order in which they take turns. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: ROUTER,
    description: 'the application: public listener, jwt, authorization and limits on',
    start: startExpressway,
  },
  {
    name: BASELINE,
    description: 'plain ws: serialises once, ws.send for each recipient; relays calls unread',
    start: (placement) => startRelay(BASELINE, 'bare-ws-server.js', placement),
  },
  {
    name: 'batched-ws',
    description: 'what is within reach: framed once, one write per connection and turn, no router',
    start: (placement) => startRelay('batched-ws', 'batched-ws-server.js', placement),
  },
];

const HOST = '127.0.0.1';
const PROTOCOL = 'wamp.2.json';
const REALM = 'realm1';

async function startRelay(
  name: string,
  program: string,
  placement: Placement,
): Promise<RunningContender> {
  const server = await ServerProcess.start({ program, core: placement.core });
  const { port, path } = server;
  return {
    name,
    dialect: 'relay',
    connect: () => WampPeer.connect({ host: HOST, port, path, protocol: PROTOCOL }),
    cpuSeconds: () => server.cpuSeconds(),
    errorOutput: () => server.errorOutput,
    stop: () => server.stop(),
  };
}

async function startExpressway(placement: Placement): Promise<RunningContender> {
  const key = newKey();
  const server = await startApplication(key, placement);
  const { port, path } = server;
  const credentials = { realm: REALM, authid: key.user, token: signToken(key) };
  return {
    name: ROUTER,
    dialect: 'wamp',
    connect: () => WampPeer.connect({ host: HOST, port, path, protocol: PROTOCOL }, credentials),
    cpuSeconds: () => server.cpuSeconds(),
    errorOutput: () => server.errorOutput,
    stop: () => server.stop(),
  };
}

/** The configuration holds a key, and is read only once: it is gone when the application listens. */
async function startApplication(key: BenchKey, placement: Placement): Promise<ServerProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'expressway-bench-'));
  try {
    const config = writeConfig(directory, { key, host: HOST, realm: REALM });
    return await ServerProcess.start({
      program: 'expressway-server.js',
      args: [config],
      ...placement,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
