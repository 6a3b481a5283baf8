import { deepEqual, equal } from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  fetchToken,
  startTestApplication,
  webSocketUrl,
  type Ending,
} from '../support/application.js';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';
import { createWampy } from '../support/wampy-client.js';

const SCRIPT = fileURLToPath(
  new URL('../../../test/integration/trusted_publisher.py', import.meta.url),
);

/** Starts the publisher with the distribution's Python, which has the distribution's autobahn. */
function startPython(t: Ending, trustedUrl: string): ChildProcessByStdio<Writable, Readable, null> {
  const python = spawn('/usr/bin/python3', [SCRIPT, trustedUrl, 'python'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => {
    python.kill();
    return Promise.resolve();
  });
  return python;
}

describe('autobahn, wampy and autobahn-python together', () => {
  it('each get what the others publish', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    const onchallenge = (): Promise<string> => fetchToken(application);
    const { session } = await startAutobahn(t, { url, onchallenge }).nextSession();
    const wampy = createWampy(t, { url, onChallenge: onchallenge });
    await wampy.connect();
    const seen = { autobahn: new Arrivals<unknown>(), wampy: new Arrivals<unknown>() };
    for (const topic of ['com.example.python.published', 'com.example.js.published']) {
      await session.subscribe(topic, (args) => {
        seen.autobahn.add(args[0]);
      });
      await wampy.subscribe(topic, ({ argsList }) => {
        seen.wampy.add(argsList?.[0]);
      });
    }
    await session.register('com.example.node.double', ([n]) => Number(n) * 2);

    await session.publish('com.example.js.published', ['from autobahn'], {}, { acknowledge: true });
    equal(await seen.wampy.next(), 'from autobahn');
    await wampy.publish('com.example.js.published', ['from wampy']);
    equal(await seen.autobahn.next(), 'from wampy');
    startPython(t, application.trustedUrl);
    equal(await seen.autobahn.next(), 'grüße');
    equal(await seen.wampy.next(), 'grüße');
  });
});

describe('autobahn-python', () => {
  it('joins the trusted URL, publishes, and calls and is called by a page', async (t) => {
    const application = await startTestApplication(t);
    const page = startAutobahn(t, {
      url: webSocketUrl(application),
      onchallenge: () => fetchToken(application),
    });
    const { session } = await page.nextSession();
    const events = new Arrivals<{ args: unknown[]; kwargs: object }>();
    await session.subscribe('com.example.python.published', (args, kwargs) => {
      events.add({ args, kwargs });
    });
    await session.register('com.example.node.double', ([n]) => Number(n) * 2);

    const python = startPython(t, application.trustedUrl);
    const exited = once(python, 'exit');
    const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

    const { args, kwargs } = await events.next();
    equal(args[0], 'grüße');
    deepEqual(kwargs, { user: 'carol' });
    const line = await lines.next();
    deepEqual(JSON.parse(String(line.value)), {
      authid: 'python',
      authrole: 'trusted',
      doubled: 42,
    });
    equal(await session.call('com.example.python.answer', ['hello']), 'hello!');
    python.stdin.end();
    deepEqual(await exited, [0, null]);
  });
});
