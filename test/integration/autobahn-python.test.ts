import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';

const SCRIPT = fileURLToPath(
  new URL('../../../test/integration/trusted_publisher.py', import.meta.url),
);

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

    // The distribution's Python, which has the distribution's autobahn.
    const python = spawn('/usr/bin/python3', [SCRIPT, application.trustedUrl, 'python'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.after(() => python.kill());
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
