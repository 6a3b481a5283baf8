import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import type { Serializer } from '../../../src/router/serializer/serializer.js';
import { deliverMessages } from '../../../src/router/transport/deliver-messages.js';
import type { TransportReceiver } from '../../../src/router/transport/transport.js';

/** JSON whose messages are lines. */
const lines: Serializer = {
  ...jsonSerializer(),
  split: (bytes) => {
    if (bytes.length === 0) throw new ProtocolViolation('an empty batch');
    return bytes
      .toString()
      .split('\n')
      .map((line) => Buffer.from(line));
  },
};

/** Notes what it hears, as `message REQUEST` and `violation CODE MESSAGE`. */
const recorder = (events: string[]): TransportReceiver => ({
  onmessage: (message) => {
    events.push(`message ${'request' in message ? message.request : ''}`);
  },
  onviolation: ({ message }, code) => {
    events.push(`violation ${code} ${message}`);
  },
  onclose: () => undefined,
});

function eventsOf(text: string, serializer: Serializer): string[] {
  const events: string[] = [];
  const receiver = recorder(events);
  deliverMessages(Buffer.from(text), serializer, () => receiver);
  return events;
}

describe('deliverMessages', () => {
  it('gives one message', () => {
    deepEqual(eventsOf('[49,1,{}]', jsonSerializer()), ['message 1']);
  });

  // BAT-2
  it('gives the messages of a batch in their order', () => {
    const batch = '[49,1,{}]\n[49,2,{}]\n[49,3,{}]';
    deepEqual(eventsOf(batch, lines), ['message 1', 'message 2', 'message 3']);
  });

  // BAT-6, BAT-7
  it('reports a batch that cannot be split, and gives none of it', () => {
    deepEqual(eventsOf('', lines), ['violation 1002 an empty batch']);
  });

  // BAT-8
  it('stops at the first violation', () => {
    deepEqual(eventsOf('[49,1,{}]\n{}\n[49,2,{}]', lines), [
      'message 1',
      'violation 1002 a message is a list',
    ]);
  });

  it('stops when nobody listens any more', () => {
    const events: string[] = [];
    const receiver = recorder(events);
    const listening = (): TransportReceiver | undefined =>
      events.length < 2 ? receiver : undefined;
    deliverMessages(Buffer.from('[49,1,{}]\n[49,2,{}]\n[49,3,{}]'), lines, listening);
    deepEqual(events, ['message 1', 'message 2']);
  });

  // A HELLO and what follows it may come in one batch: the session listens to the second already.
  it('gives each message to whoever listens at that moment', () => {
    const first: string[] = [];
    const second: string[] = [];
    const [one, other] = [recorder(first), recorder(second)];
    const listening = (): TransportReceiver => (first.length === 0 ? one : other);
    deliverMessages(Buffer.from('[49,1,{}]\n[49,2,{}]'), lines, listening);
    deepEqual([first, second], [['message 1'], ['message 2']]);
  });

  it('reports a defect of the serializer without its words', () => {
    const broken = (): never => {
      throw new RangeError('secret');
    };
    const expected = ['violation 1002 an unreadable message'];
    deepEqual(eventsOf('[]', { ...jsonSerializer(), decode: broken }), expected);
    deepEqual(eventsOf('[]', { ...jsonSerializer(), split: broken }), expected);
  });
});
