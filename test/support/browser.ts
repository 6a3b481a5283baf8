import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { startStatusService, type StatusService } from '../../examples/status-service/service.js';
import { WampSession } from '../../examples/wamp-session.js';
import { startApplication, type Application } from '../../src/application.js';
import { loadConfig } from '../../src/config/load.js';

const configFile = fileURLToPath(new URL('../../../config/development.yaml', import.meta.url));
const silence = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** How long anything on a page may take that a reader would wait for. */
const patienceMs = 10_000;

function ignore(): void {
  // A test reads pages, not logs.
}

/** Headless Chromium with an empty profile. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumArguments });
}

/** The application with the development configuration on free ports, and the real status service beside it. */
export class Site {
  #application: Application;
  #statusService: StatusService | undefined;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(application: Application, environment: Readonly<Record<string, string>>) {
    this.#application = application;
    this.#environment = environment;
  }

  /** Starts the application; `environment` overrides its configuration. Log-ins outlive it only in a file that it names. */
  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Site> {
    return new Site(await start({ ...environment, ...portsOf('0', '0') }), environment);
  }

  get publicUrl(): string {
    return this.#application.publicUrl;
  }

  /** Starts the status service with an empty store. */
  async startStatusService(): Promise<void> {
    this.#statusService = await startStatusService({
      port: 0,
      trustedUrl: this.#application.trustedUrl,
      realm: 'realm1',
      databaseUrl: undefined,
      databaseFile: ':memory:',
      log: silence,
    });
  }

  /** Sets a user's status by the status service's REST API; undefined removes it. */
  async setStatus(user: string, status: string | undefined, message = ''): Promise<void> {
    const port = this.#statusService?.port ?? 0;
    const response = await fetch(`http://127.0.0.1:${port}/statuses/${encodeURIComponent(user)}`, {
      method: status === undefined ? 'DELETE' : 'PUT',
      headers: { 'content-type': 'application/json' },
      ...(status !== undefined && { body: JSON.stringify({ status, message }) }),
    });
    if (!response.ok) throw new Error(`the status service answered ${response.status}`);
  }

  /** Publishes one event as another backend service would. */
  async publish(topic: string, kwargs: Readonly<Record<string, unknown>>): Promise<void> {
    const url = this.#application.trustedUrl;
    const session = await new Promise<WampSession>((resolve) => {
      const joining = new WampSession({
        url,
        realm: 'realm1',
        authid: 'test',
        log: silence,
        onopen: () => {
          resolve(joining);
        },
      });
    });
    await session.publish(topic, kwargs);
    await session.close();
  }

  /** Ends the application; what waited for it goes on waiting. */
  async stop(): Promise<void> {
    await this.#application.close('restart');
  }

  /** Starts the application again, on the ports that it had. */
  async startAgain(): Promise<void> {
    const { publicUrl, trustedUrl } = this.#application;
    const ports = portsOf(new URL(publicUrl).port, new URL(trustedUrl).port);
    this.#application = await start({ ...this.#environment, ...ports });
  }

  /** Ends all. */
  async close(): Promise<void> {
    await this.#statusService?.close();
    await this.#application.close('restart');
  }
}

function portsOf(publicPort: string, trustedPort: string): Record<string, string> {
  return { EXPRESSWAY_PUBLIC__PORT: publicPort, EXPRESSWAY_TRUSTED__PORT: trustedPort };
}

async function start(environment: Readonly<Record<string, string>>): Promise<Application> {
  const { config, users } = await loadConfig(configFile, {
    EXPRESSWAY_AUTH__SESSION__FILE: '',
    ...environment,
  });
  return startApplication({ config, users, logger: silence });
}

/** A page in a context of its own, and what went wrong in it: script errors and violations of the content security policy. */
export class Visitor {
  readonly page: Page;
  readonly faults: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (text.includes('Content Security Policy')) this.faults.push(text);
    });
  }

  /** Opens an empty page. */
  static async arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext(options);
    return new Visitor(await context.newPage());
  }

  /** Another page of the same log-in. */
  async openAnother(url: string): Promise<Visitor> {
    const another = new Visitor(await this.page.context().newPage());
    await another.page.goto(url);
    return another;
  }

  /** Logs in by the form as the admin of the development configuration. */
  async logIn(publicUrl: string): Promise<void> {
    await this.page.goto(`${publicUrl}/login`);
    await this.page.getByLabel('User name').fill('admin');
    await this.page.getByLabel('Password').fill('kitten');
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.page.waitForURL('**/livestatus');
  }

  /** Waits until the page is in session and its rows are complete. */
  async isLive(): Promise<void> {
    await this.page.locator('#connection[data-phase="live"]').waitFor();
    await this.page.locator('#board-note').waitFor({ state: 'hidden' });
  }

  /** Waits until the connection's panel says this. */
  async isTold(words: string | RegExp): Promise<void> {
    await this.page.locator('#connection').filter({ hasText: words }).waitFor();
  }

  /** Waits for a user's row with this text, as a screen reader finds it. */
  async seesRow(words: RegExp): Promise<void> {
    await this.page.getByRole('row', { name: words }).waitFor();
  }

  /** The first column, from top to bottom. */
  async users(): Promise<string[]> {
    return this.page.getByRole('rowheader').allTextContents();
  }

  /** Ends the context. */
  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
