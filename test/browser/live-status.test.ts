import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser, Site, Visitor } from '../support/browser.js';

const sample = {
  host: 'host-1',
  load: [0.42, 0.35, 0.3],
  cpus: 2,
  memory_used: 2 ** 30,
  memory_total: 4 * 2 ** 30,
  network_rx_per_second: 1500,
  network_tx_per_second: 2_500_000,
  event_loop_delay_ms: 1.25,
  sampled_at: '2026-11-22T02:00:00Z',
};

describe('the dashboard', () => {
  let browser: Browser;
  let site: Site;
  let storageState: NonNullable<BrowserContextOptions['storageState']>;

  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), Site.start()]);
    await site.startStatusService();
    const first = await Visitor.arrive(browser);
    await first.logIn(site.publicUrl);
    storageState = await first.page.context().storageState();
    await first.leave();
  });

  after(async () => {
    await browser.close();
    await site.close();
  });

  /** A live page in a context of its own, logged in already. */
  async function visit(t: TestContext, options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.arrive(browser, { storageState, ...options });
    t.after(() => visitor.leave());
    await visitor.page.goto(`${site.publicUrl}/livestatus`);
    await visitor.isLive();
    return visitor;
  }

  it('shows each change of a status, sorted by user, without a reload', async (t) => {
    await site.setStatus('jonas', 'away', 'Lunch');
    const visitor = await visit(t);
    await visitor.seesRow(/jonas away Lunch just now/u);
    await site.setStatus('zoe', 'online');
    await site.setStatus('bea', 'busy', 'Deploying');
    await visitor.seesRow(/bea busy Deploying/u);
    assert.deepEqual(await visitor.users(), ['bea', 'jonas', 'zoe']);
    await site.setStatus('jonas', 'online', 'Back');
    await visitor.seesRow(/jonas online Back/u);
    await site.setStatus('bea', undefined);
    await visitor.page.getByRole('row', { name: /bea/u }).waitFor({ state: 'detached' });
    assert.deepEqual(await visitor.users(), ['jonas', 'zoe']);
    assert.deepEqual(visitor.faults, []);
  });

  it('shows a change within 250 ms of the REST request', async (t) => {
    const visitor = await visit(t);
    const delays: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const row = visitor.seesRow(new RegExp(`speedy busy turn ${turn}`, 'u'));
      const before = performance.now();
      await site.setStatus('speedy', 'busy', `turn ${turn}`);
      await row;
      delays.push(performance.now() - before);
    }
    t.diagnostic(`ms: ${delays.map(Math.round).join(', ')}`);
    // The best of five: the machine may do something else meanwhile.
    assert.ok(Math.min(...delays) < 250);
  });

  it('marks a row that has just changed, and only that one', async (t) => {
    await site.setStatus('ida', 'online');
    await site.setStatus('karl', 'online');
    const visitor = await visit(t);
    assert.equal(await visitor.page.locator('tr[data-fresh]').count(), 0);
    await site.setStatus('ida', 'busy');
    await visitor.page.locator('tr[data-fresh]', { hasText: 'ida' }).waitFor();
    assert.equal(await visitor.page.locator('tr[data-fresh]').count(), 1);
  });

  it('inserts what it is told as text', async (t) => {
    const visitor = await visit(t);
    const markup = '<img src=x onerror="document.title=1">';
    await site.publish('com.example.status.changed', {
      user: `${markup}user`,
      status: `${markup}status`,
      message: `${markup}message`,
      version: 1_000_000,
      changed_at: markup,
    });
    const row = visitor.page.locator('tbody tr', { hasText: 'onerror' });
    await row.waitFor();
    assert.deepEqual(await row.locator('th, td').allTextContents(), [
      `${markup}user`,
      `${markup}status`,
      `${markup}message`,
      'unknown',
    ]);
    await site.publish('com.example.host.sample', { ...sample, host: markup });
    await visitor.page.locator('#host-name', { hasText: markup }).waitFor();
    assert.equal(await visitor.page.locator('img').count(), 0);
    assert.deepEqual(visitor.faults, []);
  });

  it('shows the host in numbers and plots', async (t) => {
    const visitor = await visit(t);
    await site.publish('com.example.host.sample', sample);
    const shows = (id: string, text: string): Promise<void> =>
      visitor.page.locator(`#host-${id}`, { hasText: text }).waitFor();
    await shows('name', 'host-1');
    await shows('load', '0.42');
    await shows('load-15', '0.30');
    await shows('cpus', 'of 2 CPUs');
    await shows('memory', '25 %');
    await shows('memory-more', '1.0 of 4.0 GiB');
    await shows('receive', '1.5 kB/s');
    await shows('send', '2.5 MB/s');
    await shows('delay', '1.3 ms');
    await visitor.page.getByRole('img', { name: /^Load .*now 0\.42$/u }).waitFor();
    assert.equal(await visitor.page.locator('.plot canvas').count(), 3);
    assert.deepEqual(visitor.faults, []);
  });

  it('offers a choice when several hosts report', async (t) => {
    const visitor = await visit(t);
    await site.publish('com.example.host.sample', sample);
    await site.publish('com.example.host.sample', { ...sample, host: 'host-2', load: [3, 2, 1] });
    await visitor.page.getByLabel('Host to show').selectOption('host-2');
    await visitor.page.locator('#host-load', { hasText: '3.00' }).waitFor();
  });

  it('scrolls sideways at no width, whatever the texts', async (t) => {
    await site.setStatus('w'.repeat(64), 'w'.repeat(32), 'w'.repeat(200));
    t.after(() => site.setStatus('w'.repeat(64), undefined));
    const visitor = await visit(t);
    await visitor.seesRow(/w{200}/u);
    // From 601 also at once to 1280, with no frame between.
    for (const width of [320, 360, 601, 1280, 800, 1280]) {
      await visitor.page.setViewportSize({ width, height: 700 });
      const widest = await visitor.page.evaluate('document.documentElement.scrollWidth');
      assert.equal(widest, width);
    }
  });

  it('draws its plots in the colours of the scheme that the reader prefers', async (t) => {
    const visitor = await visit(t, { colorScheme: 'light' });
    const pixels = (): Promise<unknown> =>
      visitor.page.evaluate("document.querySelector('.plot canvas').toDataURL()");
    const light = await pixels();
    await visitor.page.emulateMedia({ colorScheme: 'dark' });
    assert.equal(
      await visitor.page.evaluate('getComputedStyle(document.documentElement).backgroundColor'),
      'rgb(15, 21, 27)',
    );
    // The page hears of the change, and draws, a moment after the style has changed.
    await visitor.page.waitForFunction(
      `document.querySelector('.plot canvas').toDataURL() !== ${JSON.stringify(light)}`,
    );
  });

  it('moves nothing for readers who want no motion', async (t) => {
    const visitor = await visit(t, { reducedMotion: 'reduce' });
    await site.setStatus('lea', 'busy');
    await visitor.page.locator('tr[data-fresh]', { hasText: 'lea' }).waitFor();
    assert.equal(await visitor.page.evaluate('document.getAnimations().length'), 0);
  });

  for (const width of [360, 1280]) {
    it(`tells its structure to a screen reader at ${width} px`, async (t) => {
      await site.setStatus('mia', 'busy', 'Reading');
      const visitor = await visit(t, { viewport: { width, height: 700 } });
      const { page } = visitor;
      for (const landmark of ['banner', 'main'] as const) {
        assert.equal(await page.getByRole(landmark).count(), 1, landmark);
      }
      for (const region of ['Connection', 'People', 'Host']) {
        assert.equal(await page.getByRole('region', { name: region }).count(), 1, region);
      }
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
      const table = page.getByRole('table', { name: 'Status of each user, by name' });
      assert.equal(await table.getByRole('columnheader').count(), 4);
      assert.equal(await table.getByRole('row', { name: 'mia busy Reading just now' }).count(), 1);
      assert.equal(await page.getByRole('rowheader', { name: 'mia' }).count(), 1);
      assert.equal(await page.locator('html[lang]').count(), 1);
      assert.equal(await page.locator('#connection [aria-live="polite"]').count(), 1);
      const nameless = await page.getByRole('button', { name: /^$/u }).count();
      assert.equal(nameless + (await page.getByRole('link', { name: /^$/u }).count()), 0);
    });
  }

  it('can be used by keyboard', async (t) => {
    const visitor = await visit(t);
    const { page } = visitor;
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the statuses');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'board');
    await page.getByRole('button', { name: 'Log out' }).press('Enter');
    await page.getByLabel('User name').waitFor();
  });
});
