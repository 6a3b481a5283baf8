import { hashPassword as hash } from '../auth/users/password-verifier.js';
import type { CommandEnvironment } from './command-environment.js';
import { ExitCode } from './exit-code.js';

// RFC 7617 credentials above 1 KiB are refused, so a longer password could never be used.
const MAX_PASSWORD_BYTES = 1024;

/**
 * `expressway hash-password`: reads a password from the standard input, never from the arguments, where other users of the machine
 * could see it, and prints its hash for the users file. The line end is not part of the password.
 */
export async function hashPassword(environment: CommandEnvironment): Promise<ExitCode> {
  const password = await readLine(environment.stdin);
  if (password === undefined) {
    environment.complain(
      `Give the password on the standard input: one line of 1 to ${MAX_PASSWORD_BYTES} bytes.\n`,
    );
    return ExitCode.usage;
  }
  environment.print(`${await hash(password)}\n`);
  return ExitCode.ok;
}

// Up to the first line end: who types it presses Enter, and no more.
async function readLine(stdin: CommandEnvironment['stdin']): Promise<string | undefined> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of stdin) {
    bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
    if (bytes.includes('\n') || bytes.length > MAX_PASSWORD_BYTES) break;
  }
  const [line = ''] = bytes.toString('utf8').split(/\r?\n/, 1);
  return line !== '' && Buffer.byteLength(line) <= MAX_PASSWORD_BYTES ? line : undefined;
}
