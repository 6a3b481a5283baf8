import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { readAddresses } from '../../examples/runner/addresses.js';
import { ConsoleOutput, wantsColour } from '../../examples/runner/console-output.js';
import { demonstrationPrograms, runDemonstration } from '../../examples/runner/demonstration.js';
import { waitUntilReady } from '../../examples/runner/readiness.js';
import {
  SupervisedChild,
  type SupervisedChildOptions,
} from '../../examples/runner/supervised-child.js';

/** Lives until it is told to end, and says when it can be told. */
const OBEDIENT = `
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { console.log('bye', signal); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log('up');
`;

describe('SupervisedChild', () => {
  it('prints the lines of both outputs, the last one also without its end', async (t) => {
    const { lines, printed } = supervise(
      t,
      `console.log('out'); console.error('err'); process.stdout.write('last');`,
    );
    await printed('ended (code 0)');
    deepEqual([...lines()].slice(0, -2).sort(), ['err', 'last', 'out']);
  });

  it('starts a child again that has died, each time after a longer pause', async (t) => {
    const { lines, printed } = supervise(t, 'process.exit(3)', {
      minRestartMs: 10,
      maxRestartMs: 40,
    });
    await printed('starting again in 0.04 s', 2);
    deepEqual(
      lines().filter((line) => line.startsWith('starting')),
      [0.01, 0.02, 0.04, 0.04].map((seconds) => `starting again in ${seconds} s`),
    );
    equal(lines()[0], 'ended (code 3)');
  });

  it('pauses briefly again after a child that has lived long', async (t) => {
    const { lines, printed } = supervise(t, 'process.exit(3)', { minRestartMs: 10, stableMs: 1 });
    await printed('starting again in 0.01 s', 3);
    equal(lines().includes('starting again in 0.02 s'), false);
  });

  it('starts a child again that was killed, under a new pid', async (t) => {
    const { child, printed } = supervise(t, OBEDIENT, { minRestartMs: 10 });
    await printed('up');
    const { pid } = child;
    ok(pid);
    process.kill(pid, 'SIGKILL');
    await printed('ended (SIGKILL)');
    await printed('up', 2);
    ok(child.pid !== pid);
  });

  it('leaves a child dead when told that there is no sense in starting it again', async (t) => {
    const codes: (number | null)[] = [];
    const { lines, printed } = supervise(t, 'process.exit(2)', {
      onexit: (code) => {
        codes.push(code);
        return false;
      },
    });
    await printed('ended (code 2)');
    deepEqual(codes, [2]);
    deepEqual(lines(), ['ended (code 2)']);
  });

  it('passes the signal on, and resolves when the child has ended', async (t) => {
    const { child, lines, printed } = supervise(t, OBEDIENT);
    await printed('up');
    await child.stop('SIGINT');
    await printed('bye SIGINT');
    deepEqual(lines(), ['up', 'bye SIGINT']);
    await child.stop('SIGINT');
  });

  it('kills a child that does not end', async (t) => {
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');`;
    const { child, printed } = supervise(t, stubborn, { killAfterMs: 20 });
    await printed('up');
    await child.stop('SIGTERM');
    await printed('does not end; killed');
  });

  it('does not start a child again that is waiting for its restart when stopped', async (t) => {
    const { child, lines, printed } = supervise(t, 'process.exit(1)', { minRestartMs: 5 });
    await printed('starting again in 0.005 s');
    await child.stop('SIGTERM');
    const count = lines().length;
    // By the time another child is up, this one would have been started three times over.
    await supervise(t, OBEDIENT).printed('up');
    equal(lines().length, count);
  });
});

describe('runDemonstration', () => {
  it('starts the publishers when the router answers, prints where to look, and ends all of them', async (t) => {
    const run = await demonstrate(t);
    await run.printed(/Ctrl-C ends all/);
    match(run.text(), /Expressway runs\. Open http:\/\/127\.0\.0\.1:\d+\/ and log in as admin/);
    match(run.text(), /curl -X PUT http:\/\/127\.0\.0\.1:\d+\/statuses\/ryan/);
    match(run.text(), /router \d+, publisher \d+\. Kill one/);
    await run.printed(/publisher +\| trusted at ws:\/\/127\.0\.0\.1:1\//);
    run.stop('SIGINT');
    equal(await run.code, 0);
    match(run.text(), /router +\| bye SIGINT/);
    match(run.text(), /publisher +\| bye SIGINT/);
  });

  it('gives up with exit code 1 when the configuration of the router is wrong', async (t) => {
    const run = await demonstrate(t, `console.error('no such key'); process.exit(2);`);
    equal(await run.code, 1);
    match(run.text(), /router +\| no such key/);
    equal(run.text().includes('starting again'), false);
    equal(run.text().includes('publisher'), false);
  });

  it('starts the publishers all the same when the router takes too long, and says so', async (t) => {
    const run = await demonstrate(t, OBEDIENT, 50);
    await run.printed(/Ctrl-C ends all/);
    match(run.text(), /Not everything answers at http/);
    await run.printed(/publisher +\| trusted/);
    run.stop('SIGTERM');
    equal(await run.code, 0);
  });

  it('ends while the router is still starting', async (t) => {
    const run = await demonstrate(t, OBEDIENT);
    await run.printed(/router +\| up/);
    run.stop('SIGTERM');
    equal(await run.code, 0);
    equal(run.text().includes('publisher'), false);
  });
});

describe('demonstrationPrograms', () => {
  it('runs the compiled programs with the development configuration', () => {
    const { router, publishers } = demonstrationPrograms({});
    deepEqual(
      router.args.map((arg) => arg.replace(process.cwd(), '.')),
      ['./dist/src/main.js', 'start', '--config', './config/development.yaml'],
    );
    deepEqual(
      publishers.map(({ name, args, url }) => [name, args[0]?.replace(process.cwd(), '.'), url]),
      [
        ['status-service', './dist/examples/status-service/main.js', 'http://127.0.0.1:8090/'],
        ['host-status', './dist/examples/host-status/main.js', undefined],
      ],
    );
  });

  it('waits for the status service where its environment puts it', () => {
    const { publishers } = demonstrationPrograms({ STATUS_SERVICE_PORT: '9999' });
    equal(publishers[0]?.url, 'http://127.0.0.1:9999/');
  });

  it('takes another configuration from EXPRESSWAY_CONFIG', () => {
    const { router } = demonstrationPrograms({ EXPRESSWAY_CONFIG: '/etc/other.yaml' });
    equal(router.args.at(-1), '/etc/other.yaml');
  });
});

describe('readAddresses', () => {
  const root = mkdtempSync(join(tmpdir(), 'status-runner-'));
  after(() => {
    rmSync(root, { recursive: true });
  });
  const read = (yaml: string, env = {}): { publicUrl: string; trustedUrl: string | undefined } => {
    const file = join(root, 'config.yaml');
    writeFileSync(file, yaml);
    return readAddresses(file, env);
  };
  const defaults = { publicUrl: 'http://127.0.0.1:8080/', trustedUrl: 'ws://127.0.0.1:8081/' };

  it('takes the ports of the configuration, and the loopback for all addresses', () => {
    deepEqual(read('public: { host: 0.0.0.0, port: 9000 }\ntrusted: { host: "::1", port: 9001 }'), {
      publicUrl: 'http://127.0.0.1:9000/',
      trustedUrl: 'ws://[::1]:9001/',
    });
  });

  it('lets the environment go first', () => {
    const env = { EXPRESSWAY_PUBLIC__PORT: '7000', EXPRESSWAY_TRUSTED__PORT: '7001' };
    deepEqual(read('public: { port: 9000 }', env), {
      publicUrl: 'http://127.0.0.1:7000/',
      trustedUrl: 'ws://127.0.0.1:7001/',
    });
    equal(read('', { EXPRESSWAY_TRUSTED_URL: 'ws://x/' }).trustedUrl, 'ws://x/');
  });

  it('knows no URL of a trusted Unix socket', () => {
    equal(read('trusted: { unix: /run/x.sock }').trustedUrl, undefined);
  });

  it('falls back to the defaults of the router on anything it cannot read', () => {
    deepEqual(read(''), defaults);
    deepEqual(read('public: [1, 2'), defaults);
    deepEqual(read('public: nonsense'), defaults);
    deepEqual(readAddresses(join(root, 'nowhere.yaml'), {}), defaults);
  });
});

describe('waitUntilReady', () => {
  it('waits until the URL answers something better than a server error', async (t) => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.writeHead(requests < 3 ? 503 : 302, { location: '/login' }).end();
    }).listen(0, '127.0.0.1');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const address = server.address();
    ok(typeof address === 'object' && address !== null);
    const signal = new AbortController().signal;
    const url = `http://127.0.0.1:${address.port}/`;
    equal(await waitUntilReady(url, { timeoutMs: 10_000, intervalMs: 1, signal }), true);
    equal(requests, 3);
  });

  it('gives up in time, and when told to', async () => {
    const url = 'http://127.0.0.1:1/';
    const never = new AbortController();
    const options = { intervalMs: 1, signal: never.signal };
    equal(await waitUntilReady(url, { ...options, timeoutMs: 20 }), false);
    never.abort();
    equal(await waitUntilReady(url, { ...options, timeoutMs: 1e6 }), false);
  });
});

describe('ConsoleOutput', () => {
  it('colours a terminal, each name in its own colour', () => {
    const written: string[] = [];
    const output = new ConsoleOutput((text) => written.push(text), true);
    output.named('a')('one');
    output.named('b')('two');
    deepEqual(written, [
      '\u001B[36ma              |\u001B[0m one\n',
      '\u001B[35mb              |\u001B[0m two\n',
    ]);
  });

  it('honours NO_COLOR before all else', () => {
    equal(wantsColour({}, true), true);
    equal(wantsColour({}, false), false);
    equal(wantsColour({ FORCE_COLOR: '1' }, false), true);
    equal(wantsColour({ FORCE_COLOR: '0' }, false), false);
    equal(wantsColour({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false);
    equal(wantsColour({ NO_COLOR: '' }, true), true);
  });
});

/** Lines as they come, and a promise of one that matches; none is missed. */
class Printed {
  readonly lines: string[] = [];
  #waiting: { isMet: () => boolean; resolve: () => void }[] = [];

  readonly print = (line: string): void => {
    this.lines.push(line);
    this.#waiting = this.#waiting.filter(({ isMet, resolve }) => {
      if (!isMet()) return true;
      resolve();
      return false;
    });
  };

  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ isMet, resolve });
    });
  }
}

function supervise(
  t: TestContext,
  script: string,
  options: Partial<SupervisedChildOptions> = {},
): {
  child: SupervisedChild;
  lines: () => readonly string[];
  printed: (line: string, times?: number) => Promise<void>;
} {
  const printed = new Printed();
  const child = new SupervisedChild({
    name: 'child',
    args: ['--eval', script],
    env: process.env,
    print: printed.print,
    ...options,
  });
  t.after(() => child.stop('SIGKILL'));
  return {
    child,
    lines: () => printed.lines,
    printed: (line, times = 1) =>
      printed.until(() => printed.lines.filter((other) => other === line).length >= times),
  };
}

async function demonstrate(
  t: TestContext,
  routerScript?: string,
  readyTimeoutMs = 30_000,
): Promise<{
  code: Promise<number>;
  stop: (signal: NodeJS.Signals) => void;
  text: () => string;
  printed: (pattern: RegExp) => Promise<void>;
}> {
  const [routerUrl, publisherUrl] = [await freeUrl(), await freeUrl()];
  const answering = (url: string): string =>
    `require('node:http').createServer((_, r) => r.end()).listen(${new URL(url).port}, '127.0.0.1');`;
  const router = routerScript ?? answering(routerUrl) + OBEDIENT;
  const publisher = `console.log('trusted at', process.env.EXPRESSWAY_TRUSTED_URL); ${answering(publisherUrl)} ${OBEDIENT}`;
  const printed = new Printed();
  let stop: (signal: NodeJS.Signals) => void = () => undefined;
  const code = runDemonstration({
    router: { name: 'router', args: ['--eval', router] },
    publishers: [{ name: 'publisher', args: ['--eval', publisher], url: publisherUrl }],
    addresses: { publicUrl: routerUrl, trustedUrl: 'ws://127.0.0.1:1/' },
    env: { PATH: process.env['PATH'] },
    output: new ConsoleOutput(printed.print, false),
    readyTimeoutMs,
    stop: new Promise((resolve) => {
      stop = resolve;
    }),
  });
  t.after(() => {
    stop('SIGKILL');
    return code;
  });
  const text = (): string => printed.lines.join('');
  return { code, stop, text, printed: (pattern) => printed.until(() => pattern.test(text())) };
}

async function freeUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  ok(typeof address === 'object' && address !== null);
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${address.port}/`;
}
