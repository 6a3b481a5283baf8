import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { connectLoad } from '../../bench/connect-load.js';
import type { Load } from '../../bench/generator/load.js';
import type { Scenario } from '../../bench/scenarios.js';
import { ServerProcess } from '../../bench/server-process.js';
import { contenderAt, startRelay, type Fault } from './relay.js';

const FAN_OUT: Scenario = {
  name: 'tiny',
  title: 'tiny',
  kind: 'fan-out',
  topics: 2,
  subscribersPerTopic: 3,
  window: 4,
  payloadBytes: 100,
  measure: 'cpu',
  bounds: { of: 'ratio', against: 'bare-ws' },
};
const RPC: Scenario = { ...FAN_OUT, kind: 'rpc' };

/** Waits for the load's own progress. */
async function completed(load: Load, count: number): Promise<void> {
  while (load.completed < count) await Promise.race([turn(), load.failed]);
}

async function connect(t: TestContext, scenario: Scenario, port: number): Promise<Load> {
  const load = await connectLoad(scenario, contenderAt(port));
  t.after(() => {
    load.close();
  });
  return load;
}

/** A load against a server that misbehaves from the first message of the load on. */
async function faultyLoad(t: TestContext, scenario: Scenario, fault: Fault): Promise<Load> {
  const { port, state } = await startRelay(t, fault);
  const load = await connect(t, scenario, port);
  state.isArmed = true;
  return load;
}

describe('a load', () => {
  for (const scenario of [FAN_OUT, RPC]) {
    for (const program of ['bare-ws-server.js', 'batched-ws-server.js']) {
      it(`runs, pauses and runs again: ${scenario.kind} through ${program}`, async (t) => {
        const server = await ServerProcess.start({ program, core: undefined });
        t.after(() => server.stop());
        const load = await connect(t, scenario, server.port);
        load.start();
        await completed(load, 300);
        await load.stop();
        const between = load.completed;
        load.start();
        await completed(load, between + 300);
        await load.stop();
        assert.equal(load.completed % (scenario.kind === 'rpc' ? 1 : 3), 0);
        assert.ok((await server.cpuSeconds()) > 0);
      });
    }
  }

  it('carries payloads that need the longer frame lengths', async (t) => {
    const { port } = await startRelay(t);
    const load = await connect(t, { ...FAN_OUT, payloadBytes: 70_000 }, port);
    load.start();
    await completed(load, 60);
    await load.stop();
    assert.equal(load.completed % 3, 0);
  });

  it('reports an event that came twice', async (t) => {
    const load = await faultyLoad(t, FAN_OUT, (text, nth) => (nth === 20 ? [text, text] : [text]));
    load.start();
    await completed(load, 100);
    await assert.rejects(load.stop(), new Error('delivered wrongly, 1 duplicated'));
  });

  it('reports a lost event when nothing has moved for 5 s', async (t) => {
    const load = await faultyLoad(t, FAN_OUT, (text, nth) => (nth === 20 ? [] : [text]));
    load.start();
    await completed(load, 19);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const stopped = load.stop();
    // The other events in flight arrive; the missing one never does, whatever comes after it.
    for (let count = 0; count < 20; count += 1) await turn();
    t.mock.timers.tick(5_000);
    await assert.rejects(stopped, /^Error: \d unfinished after 5 s/);
  });

  it('reports events in the wrong order', async (t) => {
    const held: string[] = [];
    const scenario = { ...FAN_OUT, topics: 1, subscribersPerTopic: 1 };
    const load = await faultyLoad(t, scenario, (text, nth) => {
      if (nth > 2) return [text];
      held.push(text);
      return nth === 2 ? held.reverse() : [];
    });
    load.start();
    await completed(load, 2);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const stopped = load.stop();
    for (let count = 0; count < 20; count += 1) await turn();
    t.mock.timers.tick(5_000);
    await assert.rejects(stopped, /1 reordered$/);
  });

  it('fails at an event with a foreign subscription', async (t) => {
    const load = await faultyLoad(t, FAN_OUT, (text) => [text.replace('[36,1,', '[36,9,')]);
    load.start();
    await assert.rejects(load.failed, /^Error: no EVENT: \[36,9,/);
  });

  it('fails at an event whose payload was changed', async (t) => {
    const load = await faultyLoad(t, FAN_OUT, (text) => [text.replace('ryan', 'adam')]);
    load.start();
    await assert.rejects(load.failed, /^Error: no EVENT: .*adam/);
  });

  it('fails at a result that belongs to no pending call', async (t) => {
    const load = await faultyLoad(t, RPC, (text) => [text.replace('[50,3,', '[50,2,')]);
    load.start();
    await assert.rejects(load.failed, /^Error: no RESULT due: \[50,2,/);
  });

  it('fails at a result with the arguments of another call', async (t) => {
    const load = await faultyLoad(t, RPC, (text) => [
      text.startsWith('[50,') ? text.replace('10000002', '10000003') : text,
    ]);
    load.start();
    await assert.rejects(load.failed, /^Error: no RESULT due: \[50,3,/);
  });

  it('fails at the second result of a call that was invoked twice', async (t) => {
    const load = await faultyLoad(t, RPC, (text) =>
      text.startsWith('[68,') && text.includes('10000005') ? [text, text] : [text],
    );
    load.start();
    await assert.rejects(load.failed, /^Error: no RESULT due: \[50,6,/);
  });

  it('reports invocations in the wrong order', async (t) => {
    const held: string[] = [];
    const load = await faultyLoad(t, RPC, (text, nth) => {
      if (nth > 2) return [text];
      held.push(text);
      return nth === 2 ? held.reverse() : [];
    });
    load.start();
    await completed(load, 20);
    await assert.rejects(load.stop(), new Error('delivered wrongly, 1 reordered'));
  });

  it('fails at an ERROR to the publisher', async (t) => {
    const { port, server } = await startRelay(t);
    const load = await connect(t, FAN_OUT, port);
    for (const client of server.clients) client.send('[8,16,1,{},"wamp.error.not_authorized"]');
    await assert.rejects(load.failed, /not_authorized/);
  });

  it('fails with the close code when the server ends a connection', async (t) => {
    const { port, server } = await startRelay(t);
    const load = await connect(t, FAN_OUT, port);
    load.start();
    for (const client of server.clients) client.close(4429, 'too fast');
    await assert.rejects(load.failed, new Error('the server closed with 4429 too fast'));
  });
});

describe('WampPeer.connect', () => {
  it('rejects when the server agrees to no subprotocol', async (t) => {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: () => false,
    });
    t.after(() => {
      server.close();
    });
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    await assert.rejects(
      contenderAt(address.port).connect(),
      new Error('the server chose the protocol undefined'),
    );
  });

  it('rejects with the status when the server refuses the upgrade', async (t) => {
    const { port, server } = await startRelay(t);
    server.options.path = '/other';
    await assert.rejects(
      contenderAt(port).connect(),
      new Error('the server refused the upgrade: HTTP/1.1 400 Bad Request'),
    );
  });
});

describe('ServerProcess.start', () => {
  it('rejects with the output of a program that does not start', async () => {
    await assert.rejects(
      ServerProcess.start({ program: 'no-such-program.js', core: undefined }),
      /^Error: no-such-program\.js did not start:\n[^]*Cannot find module/,
    );
  });
});
