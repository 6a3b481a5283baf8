import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { List } from '../../../src/router/protocol/message.js';
import { connectMemoryTransport } from '../../../src/router/transport/memory-transport.js';
import { transportSuite } from '../../compliance/transport.js';
import { MessageQueue } from '../../support/message-queue.js';
import { toMessage, toWire } from '../../support/wire.js';

describe('connectMemoryTransport', () => {
  transportSuite(() => {
    const messages = new MessageQueue<List>();
    let onclosed: (closing: { code: number; reason: string }) => void = () => undefined;
    const closed = new Promise<{ code: number; reason: string }>((resolve) => {
      onclosed = resolve;
    });
    const [transport, peer] = connectMemoryTransport({
      onmessage: (message) => {
        messages.push(toWire(message));
      },
      onclose: (code, reason) => {
        onclosed({ code, reason });
      },
    });
    return Promise.resolve({
      transport,
      send: (wire: List) => {
        peer.send(toMessage(wire));
      },
      receive: () => messages.take(),
      close: peer.close,
      closed,
    });
  });

  it('calls neither side back while that is still sending', async () => {
    const events: string[] = [];
    const delivered = new MessageQueue<string>();
    const [transport, peer] = connectMemoryTransport({
      onmessage: () => {
        events.push('to the client');
        delivered.push('');
      },
      onclose: () => undefined,
    });
    transport.open({
      onmessage: () => {
        events.push('to the router');
        transport.send({ type: 6, details: {}, reason: 'a.b' });
        events.push('sent');
      },
      onviolation: () => undefined,
      onclose: () => undefined,
    });
    peer.send(toMessage([49, 1, {}]));
    events.push('begun');
    await delivered.take();
    deepEqual(events, ['begun', 'to the router', 'sent', 'to the client']);
    equal(transport.details.listener, 'internal');
  });
});
