import type { CommandEnvironment } from './command-environment.js';

// RFC 7617 credentials above 1 KiB are refused, so a longer password could never be used.
const MAX_PASSWORD_BYTES = 1024;

/**
 * The password on the standard input, without its line end; never from the arguments, where other users of the machine could see it. Undefined,
 * after a complaint, when there is none or it is too long.
 */
export async function readPassword(environment: CommandEnvironment): Promise<string | undefined> {
  const password = await readLine(environment.stdin);
  if (password === undefined) {
    environment.complain(
      `Give the password on the standard input: one line of 1 to ${MAX_PASSWORD_BYTES} bytes.\n`,
    );
  }
  return password;
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
