import assert from 'node:assert/strict';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser, Site, Visitor } from '../support/browser.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const shortTokens = { EXPRESSWAY_AUTH__JWT__TTL: '2s', EXPRESSWAY_EXPIRY__GRACE: '1s' };

describe("the dashboard's connection", () => {
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(async () => {
    await browser.close();
  });

  async function arrive(t: TestContext, environment: Record<string, string> = {}) {
    const site = await Site.start(environment);
    t.after(() => site.close());
    const visitor = await Visitor.arrive(browser);
    t.after(() => visitor.leave());
    return { site, visitor };
  }

  it('outlives its tokens in one session, and loses no change at their ends', async (t) => {
    const { site, visitor } = await arrive(t, shortTokens);
    await site.startStatusService();
    let webSockets = 0;
    visitor.page.on('websocket', () => {
      webSockets += 1;
    });
    await visitor.logIn(site.publicUrl);
    await visitor.isLive();
    for (let life = 1; life <= 3; life += 1) {
      await visitor.page.waitForResponse(/\/get_token$/u);
      await site.setStatus('ryan', 'busy', `life ${life}`);
      await visitor.seesRow(new RegExp(`ryan busy life ${life}`, 'u'));
    }
    await visitor.isLive();
    assert.equal(webSockets, 1);
    assert.deepEqual(visitor.faults, []);
  });

  it('comes back after the router did, with what changed meanwhile', async (t) => {
    const file = join(temporaryFolder(t), 'web-sessions.journal');
    const { site, visitor } = await arrive(t, { EXPRESSWAY_AUTH__SESSION__FILE: file });
    await site.startStatusService();
    await site.setStatus('ada', 'online');
    await site.setStatus('ben', 'online');
    await visitor.logIn(site.publicUrl);
    await visitor.seesRow(/ben online/u);
    await site.stop();
    await visitor.isTold('Reconnecting');
    assert.deepEqual(await visitor.users(), ['ada', 'ben'], 'what is known is still shown');
    await site.setStatus('ada', 'busy', 'while it was down');
    await site.setStatus('ben', undefined);
    await site.setStatus('cleo', 'online');
    await site.startAgain();
    const backAt = performance.now();
    await visitor.seesRow(/ada busy while it was down/u);
    await visitor.isLive();
    t.diagnostic(`live after ${Math.round(performance.now() - backAt)} ms`);
    assert.ok(performance.now() - backAt < 5000);
    assert.deepEqual(await visitor.users(), ['ada', 'cleo']);
  });

  it('waits for a status service that comes later', async (t) => {
    const { site, visitor } = await arrive(t);
    await visitor.logIn(site.publicUrl);
    await visitor.page.getByText('The status service is not there').waitFor();
    await site.startStatusService();
    await visitor.isLive();
    await visitor.page.getByText('Nobody has a status yet.').waitFor();
    await site.setStatus('ryan', 'online');
    await visitor.seesRow(/ryan online/u);
  });

  it('says that the session was ended by a log-out in another page, and stops', async (t) => {
    const { site, visitor } = await arrive(t);
    await site.startStatusService();
    await visitor.logIn(site.publicUrl);
    await visitor.isLive();
    const other = await visitor.openAnother(`${site.publicUrl}/livestatus`);
    await other.isLive();
    await other.page.getByRole('button', { name: 'Log out' }).click();
    await visitor.isTold(/Not connected.*Your session was ended: you logged out/su);
    await visitor.page.getByRole('link', { name: 'Log in' }).click();
    await visitor.page.getByLabel('User name').waitFor();
    assert.deepEqual(visitor.faults, []);
  });

  it('says that the log-in is over, and asks for no more tokens', async (t) => {
    const { site, visitor } = await arrive(t, shortTokens);
    await site.startStatusService();
    await visitor.logIn(site.publicUrl);
    await visitor.isLive();
    await visitor.page.context().clearCookies();
    let asked = 0;
    visitor.page.on('request', (request) => {
      if (request.url().endsWith('/get_token')) asked += 1;
    });
    await visitor.isTold(/Not connected.*You are signed out\./su);
    await visitor.page.evaluate("dispatchEvent(new Event('online'))");
    await visitor.page.getByRole('link', { name: 'Log in' }).waitFor();
    assert.equal(asked, 1);
  });

  it('finds out, when it is woken, that its connection is dead', async (t) => {
    const { site, visitor } = await arrive(t);
    await site.startStatusService();
    const proxy = await FreezingProxy.start(site.publicUrl);
    t.after(() => {
      proxy.close();
    });
    await visitor.logIn(proxy.url);
    await visitor.isLive();
    proxy.freeze();
    await site.setStatus('ryan', 'busy', 'while it was frozen');
    await visitor.page.evaluate("dispatchEvent(new Event('online'))");
    await visitor.seesRow(/ryan busy while it was frozen/u);
    await visitor.isLive();
  });
});

/** A way to the site whose WebSockets can go silent without being closed, as they do on a network that went away. */
class FreezingProxy {
  readonly #server;
  readonly #sockets = new Set<Socket>();
  readonly #webSockets = new Set<Socket>();

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      client.once('data', (head) => {
        if (!/^upgrade: websocket/imu.test(head.toString('latin1'))) return;
        this.#webSockets.add(client).add(upstream);
      });
      this.#pipe(client, upstream);
      this.#pipe(upstream, client);
    });
  }

  static async start(target: string): Promise<FreezingProxy> {
    const proxy = new FreezingProxy(new URL(target));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on nothing comes through any WebSocket that is open. */
  freeze(): void {
    for (const socket of this.#webSockets) socket.unpipe().pause();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pipe(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => this.#sockets.delete(from));
  }
}
