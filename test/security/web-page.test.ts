// T1 and W1 in a real browser: a page of another site that opens the WebSockets of the started application.
import { deepEqual, ok } from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { launchBrowser } from '../support/browser.js';
import { listen } from '../support/http.js';
import { RecordingLogger } from '../web/running-web.js';

const OPEN = (url: string): string => `new Promise((resolve) => {
  const socket = new WebSocket(${JSON.stringify(url)}, 'wamp.2.json');
  socket.onopen = () => resolve('open');
  socket.onerror = () => resolve('refused');
})`;

describe('a page of another site', () => {
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(async () => {
    await browser.close();
  });

  /** Opens each URL from a page at a URL of its own; gives what became of them. */
  async function open(t: TestContext, urls: readonly string[]): Promise<unknown[]> {
    const site = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<title>evil</title>');
    });
    const origin = await listen(t, site);
    const page = await browser.newPage();
    t.after(() => page.close());
    await page.goto(origin);
    const outcomes: unknown[] = [];
    for (const url of urls) outcomes.push(await page.evaluate(OPEN(url)));
    return outcomes;
  }

  it('T1: does not get into the trusted URL, by either of its names', async (t) => {
    const logger = new RecordingLogger();
    const { trustedUrl } = await startTestApplication(t, {}, logger);
    const urls = [trustedUrl, trustedUrl.replace('127.0.0.1', 'localhost')];
    deepEqual(await open(t, urls), ['refused', 'refused']);
    const refusals = logger.lines.filter((line) => line.includes('not for browsers'));
    ok(refusals.length >= urls.length, 'it was the router that refused');
  });

  it('W1: does not get into the public URL', async (t) => {
    const logger = new RecordingLogger();
    const application = await startTestApplication(t, {}, logger);
    deepEqual(await open(t, [webSocketUrl(application)]), ['refused']);
    ok(logger.lines.some((line) => line.includes('this origin is not allowed')));
  });

  it('W1: gets in when the configuration names its origin', async (t) => {
    const site = createServer((_request, response) => response.end());
    const origin = await listen(t, site);
    const application = await startTestApplication(t, {
      EXPRESSWAY_PUBLIC__ALLOWED_ORIGINS: JSON.stringify([new URL(origin).origin]),
    });
    const page = await browser.newPage();
    t.after(() => page.close());
    await page.goto(origin);
    deepEqual(await page.evaluate(OPEN(webSocketUrl(application))), 'open');
  });
});
