import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { NewPasswordHash } from '../auth/users/memory-users.js';
import { isMap, isScalar, isSeq, parseDocument, Scalar, type Document } from 'yaml';

const WRITABLE: readonly unknown[] = [Scalar.PLAIN, Scalar.QUOTE_SINGLE, Scalar.QUOTE_DOUBLE];

/** Writes better password hashes into a users file: only the hash changes, not a comment and not a space around it. */
export class UsersFileWriter {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  /** `path` is a file, or a link to one. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Puts a hash in the place of the former one. The file is exchanged as a whole, with the mode and the owner that it has; readers see the one or the other. Gives false
   * if the hash is not there any more, or not as plain text. Rejects when the file cannot be written. One after the other.
   */
  replace(change: NewPasswordHash): Promise<boolean> {
    const done = this.#last.then(() => this.#replace(change));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #replace(change: NewPasswordHash): Promise<boolean> {
    const path = await realpath(this.#path);
    const text = await readFile(path, 'utf8');
    const changed = withHash(text, change);
    if (changed === undefined) return false;
    await exchange(path, text, changed);
    return true;
  }
}

function withHash(text: string, { username, former, hash }: NewPasswordHash): string | undefined {
  const document = parseDocument(text, { logLevel: 'error' });
  if (document.errors.length > 0) return undefined;
  const scalar = findPassword(document, username);
  const [start, end] = scalar?.range ?? [];
  if (scalar?.value !== former || start === undefined || end === undefined) return undefined;
  // Quoted, as the commas of a hash would end it within { braces }.
  return `${text.slice(0, start)}'${hash}'${text.slice(end)}`;
}

/** The hash of a user, if it is written where the user is, and nothing else refers to it. */
function findPassword(document: Document, username: string): Scalar | undefined {
  const users = document.get('users');
  const entries = isSeq(users) ? users.items : [];
  const entry = entries.find((each) => isMap(each) && each.get('username') === username);
  const password = isMap(entry) ? entry.get('password', true) : undefined;
  const isPlain = isScalar(password) && password.anchor === undefined && password.tag === undefined;
  return isPlain && WRITABLE.includes(password.type) ? password : undefined;
}

async function exchange(path: string, before: string, after: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await fill(file, path, after);
    // Somebody may have edited it meanwhile: then the next log-in tries again.
    if ((await readFile(path, 'utf8')) !== before)
      throw new Error('the users file is being edited');
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function fill(file: FileHandle, model: string, text: string): Promise<void> {
  try {
    const original = await open(model);
    const { mode, uid, gid } = await original.stat().finally(() => original.close());
    await file.writeFile(text);
    const own = await file.stat();
    // Rejects where it is not ours to give away: a file that its owner can no longer read helps nobody.
    if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o777);
    await file.sync();
  } finally {
    await file.close();
  }
}
