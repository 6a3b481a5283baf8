import { repositoryFile } from '../repository.js';
import { readAddresses, type Addresses } from './addresses.js';
import type { ConsoleOutput } from './console-output.js';
import { waitUntilReady } from './readiness.js';
import { SupervisedChild } from './supervised-child.js';

/** What the router exits with when its configuration is wrong: starting it again would not help. */
export const BAD_CONFIGURATION = 2;

/** One program of the demonstration. */
export interface Program {
  readonly name: string;
  /** Arguments for node. */
  readonly args: readonly string[];
  /** What answers once the program is ready, if anything does. */
  readonly url?: string;
}

/** How to run the demonstration. */
export interface DemonstrationOptions {
  readonly router: Program;
  readonly publishers: readonly Program[];
  readonly addresses: Addresses;
  readonly env: NodeJS.ProcessEnv;
  readonly output: ConsoleOutput;
  /** How long the router may take before the publishers are started all the same. Milliseconds. */
  readonly readyTimeoutMs: number;
  /** Ends everything. */
  readonly stop: Promise<NodeJS.Signals>;
}

/** The programs that `npm start` runs; `EXPRESSWAY_CONFIG` names another configuration for the router. */
export function demonstrationPrograms(
  env: NodeJS.ProcessEnv,
): Pick<DemonstrationOptions, 'router' | 'publishers' | 'addresses'> {
  const config = env['EXPRESSWAY_CONFIG'] ?? repositoryFile('config/development.yaml');
  const main = repositoryFile('dist/src/main.js');
  return {
    addresses: readAddresses(config, env),
    router: { name: 'expressway', args: [main, 'start', '--config', config] },
    publishers: [
      {
        name: 'status-service',
        args: [repositoryFile('dist/examples/status-service/main.js')],
        url: `http://127.0.0.1:${env['STATUS_SERVICE_PORT'] ?? '8090'}/`,
      },
      { name: 'host-status', args: [repositoryFile('dist/examples/host-status/main.js')] },
    ],
  };
}

/**
 * Runs the router and, once it answers, the publishers, until told to stop or the router's configuration proves wrong.
 * Resolves with the exit code: 0 when stopped, 1 when the configuration is wrong.
 */
export async function runDemonstration(options: DemonstrationOptions): Promise<number> {
  const { addresses, output, stop } = options;
  const children: SupervisedChild[] = [];
  const ending = new AbortController();
  let giveUp: (end: 'hopeless') => void = () => undefined;
  const hopeless = new Promise<'hopeless'>((resolve) => {
    giveUp = resolve;
  });
  const start = ({ name, args }: Program, onexit?: (code: number | null) => boolean): void => {
    const print = output.named(name);
    const env = childEnvironment(options);
    children.push(new SupervisedChild({ name, args, env, print, ...(onexit && { onexit }) }));
  };
  start(options.router, (code) => {
    if (code !== BAD_CONFIGURATION) return true;
    giveUp('hopeless');
    return false;
  });
  const isEnding = (): boolean => ending.signal.aborted;
  const isReady = (url: string): Promise<boolean> =>
    waitUntilReady(url, {
      timeoutMs: options.readyTimeoutMs,
      intervalMs: 100,
      signal: ending.signal,
    });
  const startUp = async (): Promise<void> => {
    const ready = [await isReady(addresses.publicUrl)];
    if (isEnding()) return;
    for (const program of options.publishers) start(program);
    const urls = options.publishers.flatMap(({ url }) => url ?? []);
    ready.push(...(await Promise.all(urls.map(isReady))));
    if (!isEnding()) output.banner(bannerLines(options, children, ready));
  };
  const started = startUp();
  const end = await Promise.race([stop, hopeless]);
  ending.abort();
  await started;
  const signal = end === 'hopeless' ? 'SIGTERM' : end;
  await Promise.all(children.map((child) => child.stop(signal)));
  return end === 'hopeless' ? 1 : 0;
}

function childEnvironment({ env, addresses }: DemonstrationOptions): NodeJS.ProcessEnv {
  return addresses.trustedUrl === undefined
    ? env
    : { ...env, EXPRESSWAY_TRUSTED_URL: addresses.trustedUrl };
}

function bannerLines(
  { addresses, publishers }: DemonstrationOptions,
  children: readonly SupervisedChild[],
  ready: readonly boolean[],
): readonly string[] {
  const service = publishers.find(({ url }) => url !== undefined)?.url ?? '';
  const pids = children.map(({ name, pid }) => `${name} ${String(pid ?? 'none')}`);
  return [
    ready.every(Boolean)
      ? `Expressway runs. Open ${addresses.publicUrl} and log in as admin with the password kitten.`
      : `Not everything answers at ${addresses.publicUrl} and ${service}: see the lines above.`,
    '',
    `Change a status at ${service} or from a shell, and watch it arrive:`,
    `  curl -X PUT ${service}statuses/ryan -H 'content-type: application/json' \\`,
    `       -d '{"status":"busy","message":"feeding the kitten"}'`,
    '',
    `Processes: ${pids.join(', ')}. Kill one: it comes back. Ctrl-C ends all.`,
  ];
}
