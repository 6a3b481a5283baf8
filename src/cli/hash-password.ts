import { hashPassword as hash } from '../auth/users/password-verifier.js';
import type { CommandEnvironment } from './command-environment.js';
import { ExitCode } from './exit-code.js';
import { readPassword } from './password-line.js';

/** `expressway hash-password`: reads a password from the standard input and prints its hash for the users file. */
export async function hashPassword(environment: CommandEnvironment): Promise<ExitCode> {
  const password = await readPassword(environment);
  if (password === undefined) return ExitCode.usage;
  environment.print(`${await hash(password)}\n`);
  return ExitCode.ok;
}
