import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAutobahn } from '../support/autobahn-client.js';
import { startInteropApplication } from '../support/interop-application.js';

const SCRIPT = fileURLToPath(
  new URL('../../../test/integration/interop_client.py', import.meta.url),
);
/** What the script sends, as JSON shows it. */
const VALUES = [0, -1, 255, 65_536, 2 ** 32, 2 ** 53, -(2 ** 53), 1.5, null, true, '', 'grüße 😀'];
const SENT = [...VALUES, [], {}];

/** Runs the script with the distribution's Python to its end; gives the lines that it printed. */
async function run(t: TestContext, ...words: readonly string[]): Promise<unknown[]> {
  const python = spawn('/usr/bin/python3', [SCRIPT, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => {
    python.kill();
  });
  const exited = once(python, 'exit');
  const lines: unknown[] = [];
  for await (const line of createInterface({ input: python.stdout })) lines.push(JSON.parse(line));
  deepEqual(await exited, [0, null]);
  return lines;
}

describe('autobahn-python', () => {
  for (const [transport, framework] of [
    ['WebSocket', 'asyncio'],
    // The RawSocket of its asyncio does not get past WELCOME, whatever the router.
    ['RawSocket', 'twisted'],
  ] as const) {
    for (const serializer of ['json', 'msgpack', 'cbor'] as const) {
      it(`uses patterns, streams, timeouts, canceling and sharing over ${transport} in ${serializer} (${framework})`, async (t) => {
        const application = await startInteropApplication(t);
        const { session } = await startAutobahn(t, {
          url: application.trustedUrl,
        }).nextSession();
        await session.register('com.example.node.echo', ([value]) => value);
        await session.register('com.example.node.never', () => new Promise(() => undefined));
        const shared = { invoke: 'roundrobin', match: 'prefix' };
        await session.register('com.example.shared', () => 'node', shared);

        const url =
          transport === 'WebSocket'
            ? application.trustedUrl
            : application.rawSocketUrl('services').replace('tcp:', 'rs:');
        deepEqual(await run(t, url, serializer, framework), [
          { joined: 'trusted' },
          { events: [[[SENT], { k: SENT }, 'com.example.python.a']], echo: SENT },
          { parts: [1, 2], end: 3 },
          { error: 'wamp.error.timeout' },
          { canceled: 'CancelledError' },
          { shared: 'node' },
        ]);
        equal(await session.call('com.example.shared.any'), 'node');
      });
    }
  }
});
