import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  deriveScram,
  deriveWampCra,
  ProhibitedPassword,
  type ScramDerivation,
} from '../auth/users/derive-credentials.js';
import type { ScramCredentials } from '../auth/users/user-provider.js';
import type { CommandEnvironment } from './command-environment.js';
import { ExitCode } from './exit-code.js';
import { readPassword } from './password-line.js';

const KDFS = { 'argon2id-13': 2, pbkdf2: 100_000 } as const;
const MEMORY_KIB = 19_456;
// crypto-js, by which autobahn derives in a browser, takes about a second for 50,000.
const WAMPCRA_ITERATIONS = 10_000;

interface ScramOptions {
  readonly kdf: ScramDerivation['kdf'];
  readonly iterations?: number;
  readonly memory: number;
}

/**
 * Adds `expressway credentials`: prints what a user needs in the users file for one of the authmethods, as YAML. Passwords are read from the
 * standard input; `onend` hears how it went.
 */
export function addCredentials(
  program: Command,
  environment: CommandEnvironment,
  onend: (code: ExitCode) => void,
): void {
  const group = program
    .command('credentials')
    .description("print a user's entry in the users file for an authmethod");
  group
    .command('wampcra')
    .description('for wampcra: read a password from the standard input')
    .option('--iterations <count>', 'of PBKDF2', wholeNumber, WAMPCRA_ITERATIONS)
    .action(async ({ iterations }: { readonly iterations: number }) => {
      onend(await printWampCra(iterations, environment));
    });
  group
    .command('scram')
    .description('for scram and wamp-scram: read a password from the standard input')
    .addOption(new Option('--kdf <name>').choices(Object.keys(KDFS)).default('argon2id-13'))
    .option('--iterations <count>', 'default 2 for argon2id-13, 100000 for pbkdf2', wholeNumber)
    .option('--memory <KiB>', 'for argon2id-13', wholeNumber, MEMORY_KIB)
    .action(async (options: ScramOptions) => {
      onend(await printScram(options, environment));
    });
  group
    .command('cryptosign')
    .description('for cryptosign: make a key pair; the private key is for the client')
    .action(() => {
      environment.print(newKeyPair());
    });
  group
    .command('tls')
    .argument('<file>', 'certificate in PEM or DER')
    .description('for tls: the fingerprint of a certificate')
    .action(async (file: string) => {
      onend(await printFingerprint(file, environment));
    });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,8}$/.test(text) && value >= 1 && value <= 10_000_000) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 10000000.');
}

async function printWampCra(
  iterations: number,
  environment: CommandEnvironment,
): Promise<ExitCode> {
  const password = await readPassword(environment);
  if (password === undefined) return ExitCode.usage;
  environment.print(toYaml({ wampcra: await deriveWampCra(password, iterations) }));
  return ExitCode.ok;
}

async function printScram(
  { kdf, iterations = KDFS[kdf], memory }: ScramOptions,
  environment: CommandEnvironment,
): Promise<ExitCode> {
  const password = await readPassword(environment);
  if (password === undefined) return ExitCode.usage;
  try {
    const scram = await deriveScram(password, {
      kdf,
      iterations,
      ...(kdf === 'argon2id-13' ? { memory } : {}),
    });
    environment.print(toYaml({ scram: toEntry(scram) }));
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ProhibitedPassword)) throw error;
    environment.complain('The password has a character that SCRAM does not allow (RFC 4013).\n');
    return ExitCode.usage;
  }
}

const toEntry = ({ storedKey, serverKey, autobahn, ...derivation }: ScramCredentials): object => ({
  ...derivation,
  stored_key: storedKey,
  server_key: serverKey,
  ...(autobahn && {
    autobahn: { stored_key: autobahn.storedKey, server_key: autobahn.serverKey },
  }),
});

function newKeyPair(): string {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const { d = '' } = privateKey.export({ format: 'jwk' });
  const hex = (text: string): string => Buffer.from(text, 'base64url').toString('hex');
  return `${INDENT}# for the client, and kept nowhere else: private key ${hex(d)}\n${toYaml({ public_keys: [hex(x)] })}`;
}

async function printFingerprint(file: string, environment: CommandEnvironment): Promise<ExitCode> {
  let fingerprint;
  try {
    fingerprint = new X509Certificate(await readFile(file)).fingerprint256;
  } catch {
    environment.complain(`There is no certificate in ${file} that can be read.\n`);
    return ExitCode.usage;
  }
  const certificates = [fingerprint.replaceAll(':', '').toLowerCase()];
  environment.print(toYaml({ certificates }));
  return ExitCode.ok;
}

/** Indented as it stands below a user in the users file. */
const INDENT = '    ';

// Scalars and lists of JSON are YAML.
const toYaml = (entry: object, indent = INDENT): string =>
  Object.entries(entry)
    .map(([key, value]: readonly [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? `${indent}${key}:\n${toYaml(value, `${indent}  `)}`
        : `${indent}${key}: ${JSON.stringify(value)}\n`,
    )
    .join('');
