import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey, signToken, writeConfig, type BenchKey } from './contenders/expressway-config.js';
import { SocketIoPeer } from './contenders/socket-io-peer.js';
import { TrimmingPeer } from './contenders/trimming-peer.js';
import type { CallDialect } from './generator/call-load.js';
import type { Endpoint, Peer, SerializerName } from './generator/peer.js';
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
  /** Makes one more session; with JSON by default. */
  readonly connect: (serializer?: SerializerName) => Promise<Peer>;
  /** For those who connect from a thread of their own; undefined where `connect` is not just `WampPeer.connect` with it. */
  readonly endpoint: Endpoint | undefined;
  /** CPU seconds of its process so far, user and system; undefined where its process is unknown. */
  readonly cpuSeconds: () => Promise<number | undefined>;
  /** Resident bytes of its process; undefined as above. */
  readonly rssBytes: () => Promise<number | undefined>;
  /** The last that its server wrote to stderr. */
  readonly errorOutput: () => string;
  readonly stop: () => Promise<void>;
}

/** Something to measure. */
export interface Contender {
  readonly name: string;
  readonly description: string;
  /** Whether its package must be installed in `bench/peers` before it starts. */
  readonly isFromNpm?: boolean;
  /** Whether somebody else started it. */
  readonly isByUrl?: boolean;
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
  {
    name: 'socket.io',
    description: 'Socket.IO: topics are rooms, calls are events with acknowledgements',
    isFromNpm: true,
    start: startSocketIo,
  },
  {
    name: 'fox-wamp',
    description: 'the WAMP router fox-wamp; anonymous sessions',
    isFromNpm: true,
    start: (placement) => startNpmRouter('fox-wamp', 'fox-wamp-server.js', placement),
  },
  {
    name: 'wamp.rt',
    description: 'the WAMP router wamp.rt; anonymous sessions',
    isFromNpm: true,
    start: (placement) => startNpmRouter('wamp.rt', 'wamp-rt-server.js', placement),
  },
];

const HOST = '127.0.0.1';
const REALM = 'realm1';

async function startRelay(
  name: string,
  program: string,
  placement: Placement,
): Promise<RunningContender> {
  const server = await ServerProcess.start({ program, core: placement.core });
  const { port, path } = server;
  return running(name, 'relay', server, { host: HOST, port, path });
}

async function startSocketIo(placement: Placement): Promise<RunningContender> {
  const server = await ServerProcess.start({ program: 'socket-io-server.js', ...placement });
  const endpoint = { host: HOST, port: server.port, path: server.path };
  return {
    ...running('socket.io', 'wamp', server, endpoint),
    connect: () => SocketIoPeer.connect(endpoint),
    endpoint: undefined,
  };
}

/** Both add empty kwargs to events. Who only joins may use the endpoint all the same. */
async function startNpmRouter(
  name: string,
  program: string,
  placement: Placement,
): Promise<RunningContender> {
  const server = await ServerProcess.start({ program, ...placement });
  const { port, path } = server;
  const credentials = { realm: REALM, authmethod: 'anonymous' } as const;
  const endpoint = { host: HOST, port, path, credentials };
  return {
    ...running(name, 'wamp', server, endpoint),
    connect: async () => new TrimmingPeer(await WampPeer.connect(endpoint)),
  };
}

async function startExpressway(placement: Placement): Promise<RunningContender> {
  const key = newKey();
  const server = await startApplication(key, placement);
  const { port, path } = server;
  const token = signToken(key);
  const credentials = { realm: REALM, authmethod: 'jwt', authid: key.user, token } as const;
  return running(ROUTER, 'wamp', server, { host: HOST, port, path, credentials });
}

function running(
  name: string,
  dialect: CallDialect,
  server: ServerProcess,
  endpoint: Endpoint,
): RunningContender {
  return {
    name,
    dialect,
    connect: (serializer) => WampPeer.connect(endpoint, serializer),
    endpoint,
    cpuSeconds: () => server.cpuSeconds(),
    rssBytes: () => server.rssBytes(),
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
