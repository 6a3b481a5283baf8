import { ProtocolViolation } from './errors.js';
import { isId, toRegistrationId, toRequestId, toSubscriptionId, type RequestId } from './id.js';
import { withDicts } from './empty-lists.js';
import { MessageType, type ClientMessage, type Dict, type RouterMessage } from './message.js';
import {
  checkHelloDetails,
  checkOptions,
  isDict,
  optionRules,
  type OptionRules,
} from './options.js';
import type { Payload } from './payload.js';

/** What a serializer found beside the head of a message. */
export interface Rest {
  readonly payload: Payload;
  /** Elements in the whole message. */
  readonly count: number;
  /** Whether an empty list counts as an empty dict. */
  readonly isLenient?: boolean;
}

interface ClientCodec {
  readonly name: string;
  /** Elements before the payload, the type included. */
  readonly head: number;
  /** Whether Arguments and ArgumentsKw may follow. */
  readonly hasPayload: boolean;
  readonly parse: (head: readonly unknown[], payload: Payload) => ClientMessage;
}

const clientCodecs = {
  [MessageType.Hello]: {
    name: 'HELLO',
    head: 3,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Hello,
      realm: string(head[1], 'Realm'),
      details: checkHelloDetails(dict(head[2], 'Details')),
    }),
  },
  [MessageType.Abort]: {
    name: 'ABORT',
    head: 3,
    hasPayload: true,
    parse: (head) => ({
      type: MessageType.Abort,
      details: dict(head[1], 'Details'),
      reason: string(head[2], 'Reason'),
    }),
  },
  [MessageType.Authenticate]: {
    name: 'AUTHENTICATE',
    head: 3,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Authenticate,
      signature: string(head[1], 'Signature'),
      extra: dict(head[2], 'Extra'),
    }),
  },
  [MessageType.Goodbye]: {
    name: 'GOODBYE',
    head: 3,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Goodbye,
      details: dict(head[1], 'Details'),
      reason: string(head[2], 'Reason'),
    }),
  },
  [MessageType.Error]: {
    name: 'ERROR',
    head: 5,
    hasPayload: true,
    parse: (head, payload) => {
      // A client answers invocations only (WAMP 2.3.3).
      if (head[1] !== MessageType.Invocation) throw new ProtocolViolation('ERROR.REQUEST.Type');
      return {
        type: MessageType.Error,
        requestType: MessageType.Invocation,
        request: request(head[2]),
        details: dict(head[3], 'Details'),
        error: string(head[4], 'Error'),
        payload,
      };
    },
  },
  [MessageType.Publish]: {
    name: 'PUBLISH',
    head: 4,
    hasPayload: true,
    parse: (head, payload) => ({
      type: MessageType.Publish,
      request: request(head[1]),
      options: options(head[2], optionRules.publish),
      topic: string(head[3], 'Topic'),
      payload,
    }),
  },
  [MessageType.Subscribe]: {
    name: 'SUBSCRIBE',
    head: 4,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Subscribe,
      request: request(head[1]),
      options: options(head[2], optionRules.subscribe),
      topic: string(head[3], 'Topic'),
    }),
  },
  [MessageType.Unsubscribe]: {
    name: 'UNSUBSCRIBE',
    head: 3,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Unsubscribe,
      request: request(head[1]),
      subscription: toSubscriptionId(id(head[2], 'SUBSCRIBED.Subscription')),
    }),
  },
  [MessageType.Call]: {
    name: 'CALL',
    head: 4,
    hasPayload: true,
    parse: (head, payload) => ({
      type: MessageType.Call,
      request: request(head[1]),
      options: options(head[2], optionRules.call),
      procedure: string(head[3], 'Procedure'),
      payload,
    }),
  },
  [MessageType.Cancel]: {
    name: 'CANCEL',
    head: 3,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Cancel,
      request: request(head[1]),
      options: options(head[2], optionRules.cancel),
    }),
  },
  [MessageType.Register]: {
    name: 'REGISTER',
    head: 4,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Register,
      request: request(head[1]),
      options: options(head[2], optionRules.register),
      procedure: string(head[3], 'Procedure'),
    }),
  },
  [MessageType.Unregister]: {
    name: 'UNREGISTER',
    head: 3,
    hasPayload: false,
    parse: (head) => ({
      type: MessageType.Unregister,
      request: request(head[1]),
      registration: toRegistrationId(id(head[2], 'REGISTERED.Registration')),
    }),
  },
  [MessageType.Yield]: {
    name: 'YIELD',
    head: 3,
    hasPayload: true,
    parse: (head, payload) => ({
      type: MessageType.Yield,
      request: request(head[1]),
      options: options(head[2], optionRules.yield),
      payload,
    }),
  },
} satisfies Record<ClientMessage['type'], ClientCodec>;

/** By type: a list is read quicker than a Map, and every message is looked up twice. */
const codecByType: (ClientCodec | undefined)[] = [];
for (const [type, codec] of Object.entries(clientCodecs)) codecByType[Number(type)] = codec;

/** How many elements of a client's message of this type come before its payload. Throws ProtocolViolation for any other type. */
export const payloadIndex = (type: unknown): number => codecOf(type).head;

/**
 * A checked message from the elements before its payload. Throws ProtocolViolation when the type is none that a client may send, or the
 * number or types of elements, or those of known options, are wrong (WAMP 3, 2.3.3).
 */
export function parseMessage(type: unknown, head: readonly unknown[], rest: Rest): ClientMessage {
  const codec = codecOf(type);
  const most = codec.head + (codec.hasPayload ? 2 : 0);
  if (head.length < codec.head || rest.count > most) {
    throw new ProtocolViolation(`${codec.name} has a wrong number of elements`);
  }
  return codec.parse(rest.isLenient === true ? withDicts(head) : head, rest.payload);
}

/** The elements of a router's message before its payload. */
export function headOf(message: RouterMessage): readonly unknown[] {
  switch (message.type) {
    case MessageType.Event:
      return [message.type, message.subscription, message.publication, message.details];
    case MessageType.Result:
      return [message.type, message.request, message.details];
    case MessageType.Invocation:
      return [message.type, message.request, message.registration, message.details];
    case MessageType.Error:
      return [message.type, message.requestType, message.request, message.details, message.error];
    case MessageType.Published:
      return [message.type, message.request, message.publication];
    case MessageType.Subscribed:
      return [message.type, message.request, message.subscription];
    case MessageType.Registered:
      return [message.type, message.request, message.registration];
    case MessageType.Unsubscribed:
    case MessageType.Unregistered:
      // Only a revocation has them (WAMP 12.9, 11.11).
      return message.details === undefined
        ? [message.type, message.request]
        : [message.type, message.request, message.details];
    case MessageType.Interrupt:
      return [message.type, message.request, message.options];
    case MessageType.Welcome:
      return [message.type, message.session, message.details];
    case MessageType.Challenge:
      return [message.type, message.method, message.extra];
    case MessageType.Abort:
    case MessageType.Goodbye:
      return [message.type, message.details, message.reason];
  }
}

function codecOf(type: unknown): ClientCodec {
  const codec = typeof type === 'number' ? codecByType[type] : undefined;
  if (codec === undefined) throw new ProtocolViolation('no message that a client may send');
  return codec;
}

function string(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new ProtocolViolation(`${name} is a string`);
  return value;
}

function dict(value: unknown, name: string): Dict {
  if (!isDict(value)) throw new ProtocolViolation(`${name} is a dict`);
  return value;
}

function id(value: unknown, name: string): number {
  if (!isId(value)) throw new ProtocolViolation(`${name} is an id from 1 to 2^53`);
  return value;
}

const request = (value: unknown): RequestId => toRequestId(id(value, 'Request'));

const options = (value: unknown, rules: OptionRules): Dict =>
  checkOptions(dict(value, 'Options'), rules);
