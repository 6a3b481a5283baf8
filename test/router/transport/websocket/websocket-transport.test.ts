import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { toRequestId } from '../../../../src/router/protocol/id.js';
import { Payload } from '../../../../src/router/protocol/payload.js';
import type { RouterMessage } from '../../../../src/router/protocol/message.js';
import { jsonFormat, jsonSerializer } from '../../../../src/router/serializer/json-serializer.js';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import type { Transport } from '../../../../src/router/transport/transport.js';
import type { WebSocketListenerOptions } from '../../../../src/router/transport/websocket/websocket-listener.js';
import { WebSocketTransport } from '../../../../src/router/transport/websocket/websocket-transport.js';
import { transportSuite } from '../../../compliance/transport.js';
import { MessageQueue } from '../../../support/message-queue.js';
import { listen, openWebSocket, type WebSocketClient } from '../../../support/websocket-pair.js';

interface Connected extends WebSocketClient {
  readonly transport: Transport;
  /** `message TYPE`, `violation CODE MESSAGE` and `close CODE`, in order. */
  readonly events: MessageQueue<string>;
}

async function connect(
  t: TestContext,
  options: Partial<WebSocketListenerOptions> = {},
  autoPong = true,
): Promise<Connected> {
  const { url, transports } = await listen(t, options);
  const client = await openWebSocket(t, `${url}/ws`, { autoPong });
  const transport = await transports.take();
  const events = new MessageQueue<string>();
  transport.open({
    onmessage: ({ type }) => {
      events.push(`message ${type}`);
    },
    onviolation: ({ message }, code) => {
      events.push(`violation ${code} ${message}`);
    },
    onclose: (code) => {
      events.push(`close ${code}`);
    },
  });
  return { ...client, transport, events };
}

describe('WebSocketTransport', () => {
  transportSuite(async (t) => {
    const { url, transports } = await listen(t);
    const { webSocket, receive, closed } = await openWebSocket(t, `${url}/ws`);
    return {
      transport: await transports.take(),
      receive,
      closed,
      send: (wire) => {
        webSocket.send(JSON.stringify(wire));
      },
      close: () => {
        webSocket.close();
      },
    };
  });

  // WS-8
  it('reports a binary message as a violation with 1003', async (t) => {
    const { webSocket, events } = await connect(t);
    webSocket.send(Buffer.from('[49,1,{}]'));
    equal(await events.take(), 'violation 1003 a binary message');
  });

  // WS-9
  it('reports a text message as a violation where binary ones are due', async (t) => {
    const serializers = [{ ...jsonSerializer(), isBinary: true }];
    const { webSocket, events } = await connect(t, { serializers });
    webSocket.send('[49,1,{}]');
    equal(await events.take(), 'violation 1003 a text message');
  });

  // SER-15, SER-16, WS-10
  it('reports what is no message as a violation with 1002', async (t) => {
    const { webSocket, events } = await connect(t);
    webSocket.send('[49,1,{}][49,2,{}]');
    equal(await events.take(), 'violation 1002 not JSON: unexpected byte at offset 9');
    webSocket.send(Buffer.from('5b22ff225d', 'hex'), { binary: false });
    equal(await events.take(), 'violation 1002 the message is not valid UTF-8');
  });

  it('reports a defect of the serializer as a violation without its words', async (t) => {
    const decode = (): never => {
      throw new RangeError('secret');
    };
    const { webSocket, events } = await connect(t, {
      serializers: [{ ...jsonSerializer(), decode }],
    });
    webSocket.send('[49,1,{}]');
    equal(await events.take(), 'violation 1002 an unreadable message');
  });

  // WS-11
  it('takes a message in several frames for one', async (t) => {
    const { webSocket, events } = await connect(t);
    webSocket.send('[49,', { fin: false });
    webSocket.send('1,{}', { fin: false });
    webSocket.send(']', { fin: true });
    equal(await events.take(), 'message 49');
  });

  // WS-14
  it('takes a message of the limit, and closes with 1009 at one byte more', async (t) => {
    const { webSocket, events, closed } = await connect(t, { messageBytes: 100 });
    webSocket.send('[49,1,{}]'.padEnd(100));
    equal(await events.take(), 'message 49');
    webSocket.send('[49,1,{}]'.padEnd(101));
    equal((await closed).code, 1009);
    equal((await events.take()).startsWith('close'), true);
  });

  // WS-12
  it('reports 1006 when the connection is lost', async (t) => {
    const { webSocket, events } = await connect(t);
    webSocket.terminate();
    equal(await events.take(), 'close 1006');
  });

  it('cuts a peer off with 4409 that does not read', async (t) => {
    const { webSocket, transport, events } = await connect(t, { queueBytes: 10_000 });
    webSocket.pause();
    const payload = Payload.of(jsonFormat, ['x'.repeat(64 * 1024)]);
    // More than its socket takes.
    for (let sent = 0; sent < 500; sent += 1) {
      transport.send({ type: 50, request: toRequestId(1), details: {}, payload });
    }
    webSocket.resume();
    equal(await events.take(), 'close 4409');
  });

  it('keeps a longer reason than a close frame holds to its first 123 bytes', async (t) => {
    const { transport, closed } = await connect(t);
    transport.close(CloseCode.normal, `${'a'.repeat(122)}é.reason`);
    deepEqual(await closed, { code: 1000, reason: 'a'.repeat(122) });
  });
});

describe('the keep-alive of a WebSocketTransport', () => {
  it('pings when the time has come, and lives on with a pong', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const { webSocket, transport, events } = await connect(t, { pingMs: 5000, pongMs: 2000 });
    t.mock.timers.tick(5000);
    await once(webSocket, 'ping');
    // What comes after the pong shows that the pong has come.
    webSocket.send('[49,1,{}]');
    equal(await events.take(), 'message 49');
    t.mock.timers.tick(4000);
    transport.send({ type: 35, request: toRequestId(1) });
    webSocket.send('[49,1,{}]');
    equal(await events.take(), 'message 49');
  });

  it('ends the connection with 4411 when no pong has come in time', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const options = { pingMs: 5000, pongMs: 2000 };
    const { webSocket, receive, events } = await connect(t, options, false);
    t.mock.timers.tick(5000);
    await once(webSocket, 'ping');
    t.mock.timers.tick(1000);
    equal(events.size, 0);
    t.mock.timers.tick(1000);
    equal(await events.take(), 'close 4411');
    await rejects(receive());
  });
});

// RFC 6455, 5.4 and 5.5.1: control frames come between messages, and nothing after the close frame.
describe('the order of what a WebSocketTransport sends', () => {
  const challenge = (method: string): RouterMessage => ({ type: 4, method, extra: {} });

  it('is that in which messages, pings and the close frame were asked for', async (t) => {
    const { webSocket, transport, closed } = await connect(t);
    const seen: string[] = [];
    webSocket.on('message', (data: Buffer) => seen.push(data.toString().slice(0, 5)));
    webSocket.on('ping', () => seen.push('ping'));
    const long = 'x'.repeat(100_000);
    ok(transport instanceof WebSocketTransport);
    for (const name of ['a', 'b', 'c']) transport.send(challenge(name + long));
    transport.keepAlive(Date.now() + 60_000, 10, 10);
    for (const name of ['d', 'e', 'f']) transport.send(challenge(name + long));
    transport.close(CloseCode.normal, '');
    transport.send(challenge('too late'));
    await closed;
    const messages = (...names: string[]): string[] => names.map((name) => `[4,"${name}`);
    deepEqual(seen, [...messages('a', 'b', 'c'), 'ping', ...messages('d', 'e', 'f')]);
  });

  it('has a pong where its ping came', async (t) => {
    const { webSocket, transport } = await connect(t);
    transport.open({
      onmessage: () => {
        transport.send(challenge('answer'));
      },
      onviolation: () => undefined,
      onclose: () => undefined,
    });
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      webSocket.on('message', (data: Buffer) => {
        seen.push(data.toString());
        if (seen.length === 4) resolve();
      });
    });
    webSocket.on('pong', (payload: Buffer) => seen.push(payload.toString()));
    webSocket.send('[49,1,{}]');
    webSocket.ping('first');
    webSocket.ping();
    webSocket.send('[49,2,{}]');
    await done;
    deepEqual(seen, ['[4,"answer",{}]', 'first', '', '[4,"answer",{}]']);
  });

  it('answers pings only as long as somebody reads the answers', async (t) => {
    const { webSocket, events } = await connect(t, { queueBytes: 10_000 });
    webSocket.pause();
    for (let ping = 0; ping < 200_000; ping += 1) webSocket.ping('x'.repeat(120));
    equal(await events.take(), 'close 4409');
  });
});
