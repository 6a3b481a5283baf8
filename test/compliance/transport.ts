import { deepEqual, equal } from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { newPublicationId, toRequestId } from '../../src/router/protocol/id.js';
import type { List, RouterMessage } from '../../src/router/protocol/message.js';
import { CloseCode } from '../../src/router/transport/close-codes.js';
import type { Transport } from '../../src/router/transport/transport.js';
import { MessageQueue } from '../support/message-queue.js';

/** What a peer hears of a closing. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A transport and the peer at its other end. */
export interface TransportPair {
  readonly transport: Transport;
  readonly send: (wire: List) => void;
  /** The next message of the router. */
  readonly receive: () => Promise<List>;
  /** Ends the connection from the peer's side. */
  readonly close: () => void;
  /** Resolves when the router has closed the connection: with undefined where the peer is not told why. */
  readonly closed: Promise<Closing | undefined>;
}

interface OpenPair extends TransportPair {
  readonly messages: MessageQueue<number>;
  readonly closings: MessageQueue<number>;
}

const cancel = (request: number): List => [49, request, {}];
const unsubscribed = (request: number): RouterMessage => ({
  type: 35,
  request: toRequestId(request),
});

/**
 * What every transport owes the router, tried on pairs that `makePair` makes. `tellsWhy`: whether the peer hears the code and the reason
 * of a closing, as WebSocket's do.
 */
export function transportSuite(
  makePair: (t: TestContext) => Promise<TransportPair>,
  { tellsWhy = true } = {},
): void {
  const told = (closing: Closing): Closing | undefined => (tellsWhy ? closing : undefined);
  const open = async (t: TestContext): Promise<OpenPair> => {
    const pair = await makePair(t);
    const messages = new MessageQueue<number>();
    const closings = new MessageQueue<number>();
    pair.transport.open({
      onmessage: (message) => {
        if ('request' in message) messages.push(message.request);
      },
      onviolation: (violation) => {
        throw violation;
      },
      onclose: (code) => {
        closings.push(code);
      },
    });
    return { ...pair, messages, closings };
  };

  it('delivers the peer’s messages in their order', async (t) => {
    const { send, messages } = await open(t);
    for (let request = 1; request <= 100; request += 1) send(cancel(request));
    for (let request = 1; request <= 100; request += 1) equal(await messages.take(), request);
  });

  it('delivers the router’s messages in their order', async (t) => {
    const { transport, receive } = await open(t);
    for (let request = 1; request <= 100; request += 1) transport.send(unsubscribed(request));
    for (let request = 1; request <= 100; request += 1) deepEqual(await receive(), [35, request]);
  });

  it('gives the messages to whoever opened it last', async (t) => {
    const { transport, send, messages } = await open(t);
    send(cancel(1));
    equal(await messages.take(), 1);
    const later = new MessageQueue<number>();
    transport.open({
      onmessage: ({ type }) => {
        later.push(type);
      },
      onviolation: () => undefined,
      onclose: () => undefined,
    });
    send(cancel(2));
    equal(await later.take(), 49);
    equal(messages.size, 0);
  });

  it('delivers nothing while it is paused, and all of it afterwards', async (t) => {
    const { transport, send, receive, messages } = await open(t);
    transport.pause();
    send(cancel(1));
    send(cancel(2));
    // A round in the other direction, so that there was time to deliver.
    transport.send(unsubscribed(1));
    await receive();
    equal(messages.size, 0);
    transport.resume();
    deepEqual([await messages.take(), await messages.take()], [1, 2]);
  });

  it('sends what is queued, then closes with the code and the reason', async (t) => {
    const { transport, receive, closed } = await open(t);
    transport.send(unsubscribed(1));
    transport.close(CloseCode.tokenExpired, 'token_expired');
    deepEqual(await receive(), [35, 1]);
    deepEqual(await closed, told({ code: 4401, reason: 'token_expired' }));
  });

  it('reports its own closing once, and closes once', async (t) => {
    const { transport, closed, closings } = await open(t);
    transport.close(CloseCode.restart, 'first');
    transport.close(CloseCode.normal, 'second');
    await closings.take();
    transport.close(CloseCode.normal, 'third');
    deepEqual(await closed, told({ code: 1012, reason: 'first' }));
    equal(closings.size, 0);
  });

  it('sends nothing after it was closed', async (t) => {
    const { transport, receive, closed, closings } = await open(t);
    transport.send(unsubscribed(1));
    transport.close(CloseCode.normal, '');
    const publication = newPublicationId();
    transport.send({ type: 17, request: toRequestId(2), publication });
    deepEqual(await receive(), [35, 1]);
    await closed;
    await closings.take();
    transport.send(unsubscribed(3));
  });

  // WS-15
  it('says of what fits, and of what nobody receives any more, that it is not too long', async (t) => {
    const { transport, receive, closings } = await open(t);
    equal(transport.send(unsubscribed(1)), true);
    deepEqual(await receive(), [35, 1]);
    transport.close(CloseCode.normal, '');
    equal(transport.send(unsubscribed(2)), true);
    await closings.take();
    equal(transport.send(unsubscribed(3)), true);
  });

  it('reports that the peer has closed, once', async (t) => {
    const { transport, close, closings } = await open(t);
    close();
    equal(typeof (await closings.take()), 'number');
    transport.send(unsubscribed(1));
    transport.close(CloseCode.normal, '');
    equal(closings.size, 0);
  });

  it('can be closed while it is paused', async (t) => {
    const { transport, send, closed, closings } = await open(t);
    transport.pause();
    send(cancel(1));
    transport.close(CloseCode.policy, 'why');
    deepEqual(await closed, told({ code: 1008, reason: 'why' }));
    await closings.take();
  });
}
