import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { toRequestId } from '../../../../src/router/protocol/id.js';
import type { List, RouterMessage } from '../../../../src/router/protocol/message.js';
import { Payload } from '../../../../src/router/protocol/payload.js';
import { batched } from '../../../../src/router/serializer/batched-serializer.js';
import { jsonFormat, jsonSerializer } from '../../../../src/router/serializer/json-serializer.js';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import type { LongPollListenerOptions } from '../../../../src/router/transport/longpoll/longpoll-listener.js';
import type { Transport } from '../../../../src/router/transport/transport.js';
import type { UpgradeGuard } from '../../../../src/router/transport/upgrade-guard.js';
import { transportSuite } from '../../../compliance/transport.js';
import {
  LongPollClient,
  openTransport,
  post,
  type PostAnswer,
} from '../../../support/longpoll-client.js';
import { serveLongPoll } from '../../../support/longpoll-pair.js';
import { MessageQueue } from '../../../support/message-queue.js';
import { fromBytes } from '../../../support/wire.js';

const SENT = '[49,1,{}]';

const unsubscribed = (request: number): RouterMessage => ({
  type: 35,
  request: toRequestId(request),
});

const yieldOf = (bytes: number): RouterMessage => ({
  type: 50,
  request: toRequestId(1),
  details: {},
  payload: Payload.of(jsonFormat, ['x'.repeat(bytes)]),
});

interface Opened {
  readonly transport: Transport;
  /** The URL of the transport, below which its requests go. */
  readonly url: string;
  /** `message TYPE REQUEST`, `violation CODE MESSAGE` and `close CODE`, in order. */
  readonly events: MessageQueue<string>;
}

/** Opens a transport by hand: nobody polls. */
async function open(
  t: TestContext,
  options: Partial<LongPollListenerOptions> = {},
  protocol = 'wamp.2.json',
): Promise<Opened> {
  const { url, transports } = await serveLongPoll(t, options);
  const { transport: id } = await openTransport(url, [protocol]);
  const transport = await transports.take();
  const events = new MessageQueue<string>();
  transport.open({
    onmessage: (message) => {
      events.push(`message ${message.type} ${'request' in message ? message.request : ''}`);
    },
    onviolation: ({ message }, code) => {
      events.push(`violation ${code} ${message}`);
    },
    onclose: (code) => {
      events.push(`close ${code}`);
    },
  });
  return { transport, url: `${url}/${id}`, events };
}

const problemOf = async (answered: Promise<PostAnswer>): Promise<unknown> => {
  const { status, body } = await answered;
  return [status, fromBytes(body)];
};

const receiveFrom = async (url: string): Promise<List> =>
  fromBytes((await post(`${url}/receive`)).body);

const gone = (code: number, detail: string): unknown => [
  410,
  { type: 'about:blank', title: 'Gone', status: 410, detail, code },
];

describe('LongPollTransport', () => {
  transportSuite(async (t) => {
    const { url, transports } = await serveLongPoll(t);
    const client = await LongPollClient.open(url);
    return {
      transport: await transports.take(),
      receive: () => client.receive(),
      closed: client.closed,
      send: (wire) => {
        // What is still on its way when the test ends is of no interest.
        client.send(wire).catch(() => undefined);
      },
      close: () => {
        client.close().catch(() => undefined);
      },
    };
  });

  // LP-3
  it('answers a message with 202, and no message with 400', async (t) => {
    const { url, events } = await open(t);
    equal((await post(`${url}/send`, SENT)).status, 202);
    equal(await events.take(), 'message 49 1');
    const answered = await post(`${url}/send`, '[49,1]');
    equal(answered.status, 400);
    equal((await events.take()).startsWith('violation 1002 '), true);
  });

  it('answers with 204 where that is wanted', async (t) => {
    const { url } = await open(t, { successStatus: 204 });
    equal((await post(`${url}/send`, SENT)).status, 204);
    equal((await post(`${url}/close`)).status, 204);
  });

  // LP-4
  it('holds a request to receive until there is a message', async (t) => {
    const { url, transport, events } = await open(t);
    const answered = post(`${url}/receive`);
    // A round, so that it is held already.
    await post(`${url}/send`, SENT);
    await events.take();
    transport.send(unsubscribed(1));
    const response = await answered;
    equal(response.status, 200);
    equal(response.headers['content-type'], 'application/json');
    equal(response.headers['cache-control'], 'no-store');
    deepEqual(fromBytes(response.body), [35, 1]);
  });

  // LP-5
  it('gives one message at a time', async (t) => {
    const { url, transport } = await open(t);
    for (const request of [1, 2]) transport.send(unsubscribed(request));
    deepEqual(await receiveFrom(url), [35, 1]);
    deepEqual(await receiveFrom(url), [35, 2]);
  });

  // LP-6, LP-10
  it('gives all that is pending as one batch, and what a turn brings as one', async (t) => {
    const options = { serializers: [batched(jsonSerializer())] };
    const { url, transport } = await open(t, options, 'wamp.2.json.batched');
    for (const request of [1, 2]) transport.send(unsubscribed(request));
    equal((await post(`${url}/receive`)).body.toString(), '[35,1]\u001e[35,2]\u001e');
    const answered = post(`${url}/receive`);
    await post(`${url}/send`, `${SENT}\u001e`);
    for (const request of [3, 4]) transport.send(unsubscribed(request));
    equal((await answered).body.toString(), '[35,3]\u001e[35,4]\u001e');
  });

  // LP-3, BAT-8
  it('takes a batch, and stops at what is no message', async (t) => {
    const options = { serializers: [batched(jsonSerializer())] };
    const { url, transport, events } = await open(t, options, 'wamp.2.json.batched');
    equal((await post(`${url}/send`, `[49,1,{}]\u001e[49,2,{}]\u001e`)).status, 202);
    deepEqual([await events.take(), await events.take()], ['message 49 1', 'message 49 2']);
    equal((await post(`${url}/send`, `[49,3,{}]\u001e[]\u001e[49,4,{}]\u001e`)).status, 400);
    equal(await events.take(), 'message 49 3');
    equal((await events.take()).startsWith('violation 1002 '), true);
    transport.close(CloseCode.protocolError, 'why');
    equal(events.size, 0);
  });

  it('reports a defect of the serializer as a violation without its words', async (t) => {
    const decode = (): never => {
      throw new RangeError('secret');
    };
    const { url, events } = await open(t, { serializers: [{ ...jsonSerializer(), decode }] });
    const response = await post(`${url}/send`, SENT);
    equal(response.body.includes('secret'), false);
    equal(await events.take(), 'violation 1002 an unreadable message');
  });

  // LP-7
  it('ends when the peer closes it: the request that is held is answered with nothing, later ones with 404', async (t) => {
    const { url, events } = await open(t);
    const held = post(`${url}/receive`);
    await post(`${url}/send`, SENT);
    equal((await post(`${url}/close`)).status, 202);
    equal((await held).status, 204);
    deepEqual([await events.take(), await events.take()], ['message 49 1', 'close 1000']);
    equal((await post(`${url}/receive`)).status, 404);
    equal((await post(`${url}/close`)).status, 404);
  });

  it('holds the latest request to receive only, and answers the one before with 409', async (t) => {
    const { url, transport } = await open(t);
    const first = post(`${url}/receive`);
    await post(`${url}/send`, SENT);
    const second = post(`${url}/receive`);
    equal((await first).status, 409);
    transport.send(unsubscribed(1));
    deepEqual(fromBytes((await second).body), [35, 1]);
  });

  it('takes a message of the limit, and ends with 1009 at one byte more', async (t) => {
    const { url, events } = await open(t, { messageBytes: 100 });
    equal((await post(`${url}/send`, SENT.padEnd(100))).status, 202);
    equal(await events.take(), 'message 49 1');
    equal((await post(`${url}/send`, SENT.padEnd(101))).status, 413);
    equal(await events.take(), 'close 1009');
    deepEqual(await problemOf(post(`${url}/receive`)), gone(1009, 'the message is too long'));
    equal((await post(`${url}/receive`)).status, 404);
  });

  it('takes no more than the limit of a message whose length is not told', async (t) => {
    const { url, events } = await open(t, { messageBytes: 100 });
    const pieces = [Buffer.alloc(50), Buffer.alloc(50), Buffer.alloc(50)];
    equal((await post(`${url}/send`, pieces)).status, 413);
    equal(await events.take(), 'close 1009');
  });

  it('cuts a peer off with 4409 that does not fetch, and tells it so', async (t) => {
    const { url, transport, events } = await open(t, { queueBytes: 10_000 });
    transport.send(yieldOf(9000));
    transport.send(yieldOf(9000));
    equal(await events.take(), 'close 4409');
    const reason = 'too much is waiting to be read';
    deepEqual(await problemOf(post(`${url}/receive`)), gone(4409, reason));
  });

  it('has room for one message, however long', async (t) => {
    const { url, transport } = await open(t, { queueBytes: 10 });
    for (const bytes of [100, 200]) {
      transport.send(yieldOf(bytes));
      equal((await post(`${url}/receive`)).body.length > bytes, true);
    }
  });

  it('answers what is sent while it is paused when that is read, and too much of it with 503', async (t) => {
    const { url, transport, events } = await open(t);
    transport.pause();
    const answers = new MessageQueue<number>();
    const all: Promise<number>[] = [];
    for (let request = 1; request <= 17; request += 1) {
      const answered = post(`${url}/send`, `[49,${request},{}]`).then(({ status }) => status);
      all.push(answered);
      void answered.then((status) => {
        answers.push(status);
      });
    }
    equal(await answers.take(), 503);
    equal(answers.size + events.size, 0);
    transport.resume();
    const statuses = await Promise.all(all);
    equal(statuses.filter((status) => status === 202).length, 16);
    equal(events.size, 16);
  });

  it('delivers what is left when it is closed, then tells code and reason once', async (t) => {
    const { url, transport, events } = await open(t);
    for (const request of [1, 2]) transport.send(unsubscribed(request));
    transport.close(CloseCode.restart, 'the router restarts');
    deepEqual(await problemOf(post(`${url}/send`, SENT)), gone(1012, 'the router restarts'));
    deepEqual(await receiveFrom(url), [35, 1]);
    deepEqual(await receiveFrom(url), [35, 2]);
    equal(events.size, 0);
    deepEqual(await problemOf(post(`${url}/receive`)), gone(1012, 'the router restarts'));
    equal(await events.take(), 'close 1012');
    equal((await post(`${url}/receive`)).status, 404);
  });
});

describe('the times of a LongPollTransport', () => {
  it('answers a held request with 204 when the time has come, and lives on', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { url, transport, events } = await open(t, { pollMs: 5000, idleMs: 20_000 });
    const held = post(`${url}/receive`);
    await post(`${url}/send`, SENT);
    equal(await events.take(), 'message 49 1');
    t.mock.timers.tick(5000);
    equal((await held).status, 204);
    transport.send(unsubscribed(1));
    deepEqual(await receiveFrom(url), [35, 1]);
  });

  it('is lost when nobody has asked for messages for so long, at once after that', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { url, events } = await open(t, { idleMs: 20_000 });
    t.mock.timers.tick(19_999);
    equal(events.size, 0);
    t.mock.timers.tick(1);
    equal(await events.take(), 'close 1006');
    equal((await post(`${url}/send`, SENT)).status, 404);
  });

  // P8
  it('cuts off who does not read what it asked for, also behind the end of its session', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { url, transport, events } = await open(t, {
      pollMs: 10_000,
      idleMs: 20_000,
      queueBytes: 2 ** 24,
    });
    // More than two sockets hold.
    transport.send(yieldOf(2 ** 24));
    const asked = request(`${url}/receive`, { method: 'POST', agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.pause();
    equal((await post(`${url}/close`)).status, 202);
    equal(await events.take(), 'close 1000');
    const cut = once(response, 'error');
    t.mock.timers.tick(20_000);
    response.resume();
    await cut;
  });

  it('counts from the end of the last request, also of one that was given up', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let givenUp: Promise<unknown> = Promise.resolve();
    const guard: UpgradeGuard = ({ url, socket }) => {
      if (url?.endsWith('/receive') === true) givenUp = once(socket, 'close');
      return undefined;
    };
    const { url, events } = await open(t, { pollMs: 10_000, idleMs: 20_000, guards: [guard] });
    t.mock.timers.tick(15_000);
    const abort = new AbortController();
    const held = post(`${url}/receive`, '', { signal: abort.signal });
    await post(`${url}/send`, SENT);
    equal(await events.take(), 'message 49 1');
    t.mock.timers.tick(9000);
    abort.abort();
    await rejects(held);
    await givenUp;
    t.mock.timers.tick(19_999);
    equal(events.size, 0);
    t.mock.timers.tick(1);
    equal(await events.take(), 'close 1006');
  });

  it('waits 4 s for its peer to hear of its end', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { url, transport, events } = await open(t);
    transport.close(CloseCode.restart, 'why');
    t.mock.timers.tick(3999);
    equal(events.size, 0);
    t.mock.timers.tick(1);
    equal(await events.take(), 'close 1012');
    equal((await post(`${url}/receive`)).status, 404);
  });
});
