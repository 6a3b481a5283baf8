// A storm of wrong log-ins against the started application, with times, so by hand and not as a test:
//   node dist/test/security/login-storm.js [seconds = 10] [log-ins a second = 1000] [addresses = 1]
// Right log-ins from 127.0.0.2 must succeed within 1 s, and the event loop must never stall for more than 100 ms.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTestApplication } from '../support/application.js';
import { basic, HttpClient } from '../support/http.js';

const LONGEST_LOGIN_MS = 1000;
const LONGEST_STALL_MS = 100;
const RESOLUTION_MS = 10;
const ATTACKER = 'attack';

const [first = '10', second = '1000', third = '1', url = ''] = process.argv.slice(2);
if (first === ATTACKER) attack(url, Number(second), Number(third));
else await endure(Number(first), Number(second), Number(third));

/** Sends wrong log-ins until the process is ended, and tells its parent how they were answered. */
function attack(target: string, rate: number, addresses: number): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  const answers: Record<string, number> = { sent: 0 };
  let sent = 0;
  let isFirst = true;
  const start = performance.now();
  setInterval(() => {
    const due = ((performance.now() - start) / 1000) * rate;
    for (; sent < due; sent += 1) {
      answers['sent'] = sent;
      const localAddress = `127.1.${(sent % addresses) >> 8}.${(sent % addresses) & 255 || 1}`;
      const headers = { Authorization: basic(`user ${sent % 50}`, `guess ${sent}`) };
      get(`${target}/get_token`, { agent, localAddress, headers }, (response) => {
        const status = String(response.statusCode);
        answers[status] = (answers[status] ?? 0) + 1;
        response.resume();
        if (isFirst) process.send?.('answered');
        isFirst = false;
      }).on('error', ({ message }) => {
        answers[message] = (answers[message] ?? 0) + 1;
      });
    }
  }, 5);
  process.on('message', () => {
    process.send?.(answers, () => {
      process.exit();
    });
  });
}

async function endure(seconds: number, rate: number, addresses: number): Promise<void> {
  const closers: (() => Promise<void>)[] = [];
  const application = await startTestApplication({ after: (end) => closers.push(end) });
  const browser = new HttpClient(application.publicUrl);
  const logIn = async (): Promise<number> => {
    const begin = performance.now();
    const headers = { Authorization: basic('admin', 'kitten') };
    const { status } = await browser.send('GET', '/get_token', { headers, from: '127.0.0.2' });
    return status === 200 ? performance.now() - begin : Infinity;
  };
  const alone = [await logIn(), await logIn(), await logIn()].map(Math.round);
  const args = [ATTACKER, String(rate), String(addresses), application.publicUrl];
  const attacker = fork(fileURLToPath(import.meta.url), args);
  // Its first answer.
  await once(attacker, 'message');
  const stalls = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  stalls.enable();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    times.push(Math.round(await logIn()));
    await wait(250);
  }
  stalls.disable();
  attacker.send('end');
  const [answers] = (await once(attacker, 'message')) as unknown[];
  const longestStall = Math.max(Math.round(stalls.max / 1e6) - RESOLUTION_MS, 0);
  const report = {
    answers,
    login_ms: {
      alone,
      longest: Math.max(...times),
      median: times.sort((a, b) => a - b)[times.length >> 1],
    },
    stall_ms: {
      longest: longestStall,
      p99: Math.round(stalls.percentile(99) / 1e6) - RESOLUTION_MS,
    },
  };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  for (const close of closers) await close();
  const isEndured = Math.max(...times) <= LONGEST_LOGIN_MS && longestStall <= LONGEST_STALL_MS;
  process.exitCode = isEndured ? 0 : 1;
}
