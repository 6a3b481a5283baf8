import { readFileSync } from 'node:fs';
import type { Contender, RunningContender } from '../contender.js';
import { parseCoreList } from '../cores.js';
import type { Credentials, Endpoint } from '../generator/peer.js';
import { WampPeer } from '../generator/wamp-peer.js';
import { parseRss, parseStat } from '../server-process.js';

const KEYS = ['realm', 'authid', 'ticket', 'pid'] as const;
const NAME = /^[a-z][a-z0-9.-]*$/;
const REALM = 'realm1';

/**
 * Reads `NAME=ws://HOST:PORT/PATH[,realm=R][,authid=A,ticket=T][,pid=N]`: a router that runs already. Without a ticket its
 * sessions are anonymous; without a pid neither CPU nor memory is known. Throws SyntaxError.
 */
export function parseUrlContender(text: string): Contender {
  const [target = '', ...settings] = text.split(',');
  const equals = target.indexOf('=');
  const name = target.slice(0, Math.max(equals, 0));
  if (!NAME.test(name)) throw new SyntaxError('expected NAME=ws://HOST:PORT/PATH');
  const { host, port, path } = parseAddress(target.slice(equals + 1));
  const values = parseSettings(settings);
  const credentials = credentialsOf(values);
  const pid = values.get('pid');
  if (pid !== undefined && !/^[1-9]\d*$/.test(pid)) {
    throw new SyntaxError(`pid=${pid}: expected a number`);
  }
  return {
    name,
    isByUrl: true,
    description: `the router at ${target.slice(equals + 1)}`,
    start: ({ core }) =>
      Promise.resolve().then(() => {
        if (pid !== undefined && core !== undefined) checkPinning(name, pid, core);
        return runningAt(name, { host, port, path, credentials }, pid);
      }),
  };
}

function parseAddress(text: string): Omit<Endpoint, 'credentials'> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'ws:') throw new SyntaxError(`${text}: expected a ws:// URL`);
  const port = url.port === '' ? 80 : Number(url.port);
  // An IPv6 address stands in brackets only where it is part of a URL.
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, path: url.pathname + url.search };
}

function parseSettings(settings: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const key = setting.slice(0, Math.max(equals, 0));
    if (!KEYS.some((known) => known === key) || values.has(key)) {
      throw new SyntaxError(`${setting}: expected each of ${KEYS.join(', ')} once, as KEY=VALUE`);
    }
    values.set(key, setting.slice(equals + 1));
  }
  return values;
}

function credentialsOf(values: ReadonlyMap<string, string>): Credentials {
  const [realm, authid, token] = [
    values.get('realm') ?? REALM,
    values.get('authid'),
    values.get('ticket'),
  ];
  if ((authid === undefined) !== (token === undefined)) {
    throw new SyntaxError('authid and ticket go together');
  }
  if (authid === undefined || token === undefined) return { realm, authmethod: 'anonymous' };
  return { realm, authmethod: 'ticket', authid, token };
}

/** A server that spreads over several cores, or sits on the generator's, is not measured as the others are. */
function checkPinning(name: string, pid: string, core: number): void {
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readProc(pid, 'status'))?.[1] ?? '';
  if (parseCoreList(list).join() === String(core)) return;
  throw new Error(
    `${name} (process ${pid}) may run on the cores ${list}: start it with taskset -c ${core}, as the others run on that core alone`,
  );
}

function runningAt(name: string, endpoint: Endpoint, pid: string | undefined): RunningContender {
  return {
    name,
    dialect: 'wamp',
    connect: (serializer) => WampPeer.connect(endpoint, serializer),
    endpoint,
    cpuSeconds: () => readUsage(pid, 'stat', parseStat),
    rssBytes: () => readUsage(pid, 'status', parseRss),
    errorOutput: () => '',
    stop: () => Promise.resolve(),
  };
}

/** What a file of /proc says of the process; undefined when there is none. */
function readUsage(
  pid: string | undefined,
  file: string,
  parse: (text: string) => number,
): Promise<number | undefined> {
  return Promise.resolve(pid).then((known) =>
    known === undefined ? undefined : parse(readProc(known, file)),
  );
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    throw new Error(`no process ${pid} to read the CPU time of`, { cause: error });
  }
}
