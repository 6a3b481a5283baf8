import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Logger } from '../../src/router/index.js';
import { createWebApp, type WebOptions } from '../../src/web/app.js';
import { createHttpServer } from '../../src/web/http-server.js';
import type { User } from '../../src/web/password-login.js';
import { HttpClient, listen } from '../support/http.js';

/** An error as a provider of users rejects with when its queue is full. */
export class PasswordCheckOverload extends Error {
  override readonly name = 'PasswordCheckOverload';
}

/** A directory of users that records who asked it what. */
export class RecordingUsers {
  readonly checked: string[] = [];
  /** When set, checks reject with it. */
  failure: Error | undefined;
  readonly #passwords = new Map([
    ['admin', 'kitten'],
    ['ryan', 'ryanpass'],
    ['colon', 'x:y'],
    ['zoë', 'pässwörd €'],
  ]);
  readonly #roles = new Map([['ryan', 'user']]);

  find(username: string): Promise<User | undefined> {
    const role = this.#roles.get(username) ?? 'admin';
    return Promise.resolve(
      this.#passwords.has(username) ? { id: username, username, role } : undefined,
    );
  }

  async verifyPassword(username: string, password: string): Promise<User | undefined> {
    this.checked.push(username);
    if (this.failure !== undefined) throw this.failure;
    return this.#passwords.get(username) === password ? this.find(username) : undefined;
  }

  remove(username: string): void {
    this.#passwords.delete(username);
  }
}

/** A logger that keeps every line as JSON. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];

  debug(fields: object, message: string): void {
    this.#keep('debug', fields, message);
  }
  info(fields: object, message: string): void {
    this.#keep('info', fields, message);
  }
  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message);
  }
  error(fields: object, message: string): void {
    this.#keep('error', fields, message);
  }

  #keep(level: string, fields: object, message: string): void {
    this.lines.push(JSON.stringify({ level, message, ...fields }));
  }
}

/** The name of the session cookie in these tests. */
export const cookie = 'sid';

/** A web application that answers requests, and what it did to its surroundings. */
export interface RunningWeb {
  readonly client: HttpClient;
  readonly users: RecordingUsers;
  readonly logger: RecordingLogger;
  /** What tokens were issued for: subject and login by turns. */
  readonly issued: [subject: string, login: string | undefined][];
  /** The log-ins that were ended. */
  readonly ended: string[];
  readonly options: WebOptions;
}

/** Options of a web application for development, with pages of its own in a temporary folder. */
export function webOptions(t: TestContext): Omit<RunningWeb, 'client'> {
  const users = new RecordingUsers();
  const logger = new RecordingLogger();
  const issued: [string, string | undefined][] = [];
  const ended: string[] = [];
  const options: WebOptions = {
    users,
    tokens: {
      issue(subject, login) {
        issued.push([subject, login]);
        return {
          token: `token-${issued.length}`,
          expiresIn: 300,
          expiresAt: 1300,
          refreshAt: 1240,
        };
      },
    },
    endLogin: (login) => {
      ended.push(login);
    },
    logger,
    production: false,
    session: { cookie, secrets: ['new-secret', 'old-secret'], ttlMs: 60_000, max: 100 },
    publicDirectory: publicDirectory(t),
    realm: 'realm1',
    wsPath: '/ws',
    isReady: () => Promise.resolve(true),
  };
  return { users, logger, issued, ended, options };
}

/** Starts a web application on a free port until the test ends. */
export async function startWeb(
  t: TestContext,
  changes: Partial<WebOptions> = {},
): Promise<RunningWeb> {
  const parts = webOptions(t);
  const options = { ...parts.options, ...changes };
  const base = await listen(t, createHttpServer(createWebApp(options)));
  return { ...parts, options, client: new HttpClient(base) };
}

function publicDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'expressway-public-'));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  const form = '<input name="csrf_token" value="{{csrf_token}}">';
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'assets', 'page.js'), '"use strict";\n');
  writeFileSync(
    join(directory, 'login.html'),
    `<h1>Log in</h1>${form}<p class="{{kind}}">{{message}}</p><input name="next" value="{{next}}">`,
  );
  writeFileSync(
    join(directory, 'livestatus.html'),
    `<h1>Live</h1>${form}<p>{{username}} {{realm}} {{ws_path}}{{message}}</p>`,
  );
  return directory;
}
