import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { ConfigError, describeProblem } from '../../src/config/config-error.js';
import { loadConfig, type LoadedConfig } from '../../src/config/load.js';

/** Secrets that nobody ships: 64 characters that only these tests know. */
export const TOKEN_SECRET = 'c0b3e8f2a7d94615be8f03a1c9d27e46f5a8b1c3d0e92746a3b5c7d9e1f20384';
export const SESSION_SECRET = '7e1d5c3b9a8f20461f3e5d7c9b0a8264e2c4a6f8b1d3957f6a4c2e0b8d1f3957';

/** The least that a configuration must say in production; outside, also another cookie than the default. */
export const MINIMAL = `
realms:
  - name: realm1
    roles:
      - name: trusted
auth:
  jwt:
    keys:
      - kid: k1
        alg: HS256
        secret: ${TOKEN_SECRET}
        sign: true
  session:
    secret: ${SESSION_SECRET}
`;

/** A folder of configuration files that lives as long as a test. */
export class ConfigurationFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes a folder with these files, each readable by its owner only. */
  static async make(
    t: TestContext,
    files: Readonly<Record<string, string>>,
  ): Promise<ConfigurationFolder> {
    const folder = new ConfigurationFolder(await mkdtemp(join(tmpdir(), 'expressway-config-')));
    t.after(() => rm(folder.path, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      await writeFile(folder.file(name), text, { mode: 0o600 });
    }
    return folder;
  }

  /** The path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Loads one of its files; outside production with a cookie that needs no HTTPS, unless told otherwise. */
  load(name: string, environment: Readonly<Record<string, string>> = {}): Promise<LoadedConfig> {
    const isProduction = environment['NODE_ENV'] === 'production';
    return loadConfig(this.file(name), {
      ...(!isProduction && { EXPRESSWAY_AUTH__SESSION__COOKIE: 'sid' }),
      ...environment,
    });
  }

  /** What is wrong with one of its files, a line a problem, without the folder's path. Empty if nothing is. */
  async problems(
    name: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> {
    try {
      await this.load(name, environment);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map((problem) =>
        describeProblem(problem).replaceAll(`${this.path}/`, ''),
      );
    }
  }
}
