import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { type ConfigProblem, type Origin } from './config-error.js';
import { isDevelopmentSecret, isPlaceholder } from './known-secrets.js';
import { findNode, originOf, pointer, type ConfigNode, type ConfigPath } from './config-node.js';

/** What everybody may read. */
const PUBLIC = new Set(['public_key', 'cert', 'client_ca']);
// Far above any key; a wrong path such as /dev/zero must not be read to its end.
const MAX_BYTES = 65_536;

/** A path as written in the configuration: relative to the file that holds it, or to the working directory if a variable does. */
export const resolvePath = (path: string, origin: Origin): string =>
  'file' in origin ? resolve(dirname(origin.file), path) : resolve(path);

/** Reads the secrets of a configuration and collects what is wrong with them. */
export class SecretReader {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  readonly #root: ConfigNode;
  readonly #production: boolean;

  constructor(root: ConfigNode, production: boolean) {
    this.#root = root;
    this.#production = production;
  }

  /**
   * The text given as `key` of the mapping at `path`, or in the file named by `key` with `_file`; without the line end of the
   * file. Undefined if neither is given, or if what is given cannot be used, which is then among `problems`: it is not readable,
   * open to others, a template's placeholder or, in production, one that is shipped for development.
   */
  async read(path: ConfigPath, key: string): Promise<string | undefined> {
    const inline = this.#textAt([...path, key]);
    const filePath = [...path, `${key}_file`];
    const file = this.#textAt(filePath);
    if (inline !== undefined && file !== undefined) {
      this.report(filePath, `expected either ${key} or ${key}_file, found both`);
      return undefined;
    }
    const secret = file === undefined ? inline : await this.#readFile(file, filePath, key);
    if (secret === undefined || this.#isOwn(secret)) return secret;
    this.report(
      file === undefined ? [...path, key] : filePath,
      'expected a secret of your own, found one that everybody knows',
    );
    return undefined;
  }

  /** Where `key` of the mapping at `path` is given, itself or as a file, in whatever form; undefined if it is not. */
  placeOf(path: ConfigPath, key: string): ConfigPath | undefined {
    return [key, `${key}_file`]
      .map((name) => [...path, name])
      .find((place) => findNode(this.#root, place) !== undefined);
  }

  /** Adds the problem that what stands at `path` is not as it must be. */
  report(path: ConfigPath, message: string): void {
    this.problems.push({ origin: originOf(this.#root, path), path: pointer(path), message });
  }

  /** Adds the warning that what stands at `path` should be seen to. */
  warn(path: ConfigPath, message: string): void {
    this.warnings.push({ origin: originOf(this.#root, path), path: pointer(path), message });
  }

  #isOwn(secret: string): boolean {
    return !isPlaceholder(secret) && !(this.#production && isDevelopmentSecret(secret));
  }

  async #readFile(file: string, path: ConfigPath, key: string): Promise<string | undefined> {
    try {
      const handle = await open(resolvePath(file, originOf(this.#root, path)));
      try {
        const status = await handle.stat();
        if (!status.isFile() || status.size > MAX_BYTES || status.size === 0) {
          this.report(path, `expected a file of 1 to ${MAX_BYTES} bytes, found something else`);
          return undefined;
        }
        if (!PUBLIC.has(key)) this.#checkMode(status.mode & 0o777, path);
        return (await handle.readFile('utf8')).replace(/\r?\n$/, '');
      } finally {
        await handle.close();
      }
    } catch (error) {
      this.report(path, `expected a readable file, found none (${errorCode(error)})`);
      return undefined;
    }
  }

  #checkMode(mode: number, path: ConfigPath): void {
    if ((mode & 0o077) === 0 || process.platform === 'win32') return;
    const octal = mode.toString(8).padStart(4, '0');
    const message = `expected a file that only its owner may read (chmod 600), found mode ${octal}`;
    const origin = originOf(this.#root, path);
    (this.#production ? this.problems : this.warnings).push({
      origin,
      path: pointer(path),
      message,
    });
  }

  #textAt(path: ConfigPath): string | undefined {
    const node = findNode(this.#root, path);
    return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  }
}

/** The system's name of what went wrong, such as ENOENT. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
