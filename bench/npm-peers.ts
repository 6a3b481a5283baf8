import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { PEERS_DIRECTORY } from './contenders/installed-peer.js';

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional() })),
});
const packageFile = z.object({ dependencies: z.record(z.string(), z.string()) });

/** No peer needs what it compiles or downloads when it is installed. */
const ARGUMENTS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
const MAX_OUTPUT = 2_000;

/** The packages of the peers and their exact versions. */
export function peerVersions(): Readonly<Record<string, string>> {
  return packageFile.parse(readJson(new URL('package.json', PEERS_DIRECTORY))).dependencies;
}

/**
 * Installs the peers by `npm ci`, unless what is there is what the lock file says. `onstart` is called before it starts.
 * Rejects with what is to be done when the registry cannot be had.
 */
export async function installPeers(
  onstart: () => void,
  directory = PEERS_DIRECTORY,
): Promise<void> {
  if (isInstalled(directory)) return;
  onstart();
  const child = spawn('npm', ARGUMENTS, {
    cwd: fileURLToPath(directory),
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const failure = await once(child, 'close').then(
    ([code]: unknown[]) => (code === 0 ? undefined : `npm ci ended with ${String(code)}`),
    (error: unknown) => String(error),
  );
  if (failure !== undefined) throw new Error(explanation(directory, failure, output));
}

function explanation(directory: URL, failure: string, output: string): string {
  const folder = fileURLToPath(directory);
  return [
    `The peers could not be installed in ${folder}: ${failure}`,
    output.trim(),
    `Run "npm ci --ignore-scripts" there when the registry can be had, or measure without them:`,
    '  npm run bench -- --contender expressway --contender batched-ws',
  ].join('\n');
}

/** Whether npm's own note of what it installed names what the lock file names. */
function isInstalled(directory: URL): boolean {
  const note = new URL('node_modules/.package-lock.json', directory);
  if (!existsSync(note)) return false;
  const wanted = lockFile.parse(readJson(new URL('package-lock.json', directory))).packages;
  const found = lockFile.parse(readJson(note)).packages;
  const { dependencies } = packageFile.parse(readJson(new URL('package.json', directory)));
  return (
    Object.keys(dependencies).every((name) => `node_modules/${name}` in found) &&
    Object.entries(found).every(([path, { version }]) => wanted[path]?.version === version)
  );
}

function readJson(file: URL): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
