import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../src/router/protocol/errors.js';
import type { ClientMessage, List } from '../../src/router/protocol/message.js';
import { Payload } from '../../src/router/protocol/payload.js';
import {
  DEFAULT_SERIALIZER_LIMITS,
  type Serializer,
} from '../../src/router/serializer/serializer.js';
import {
  acceptedOptions,
  clientRows,
  foreignTypes,
  malformedOptions,
  malformedValues,
  routerRows,
  type ClientRow,
} from './message-table.js';

/** The other side of a serializer: wire lists as its bytes and back. */
export interface WireFormat {
  readonly write: (wire: unknown) => Buffer;
  readonly read: (bytes: Buffer) => unknown;
}

/** The limits of a serializer for {@link lenientSerializerSuite}. */
export const LENIENT = { ...DEFAULT_SERIALIZER_LIMITS, isLenient: true };

/** What every serializer owes that was told to be lenient: an empty list counts as an empty dict, a null as no arguments, and nothing else does. */
export function lenientSerializerSuite(serializer: Serializer, format: WireFormat): void {
  const decode = (wire: unknown): Record<string, unknown> =>
    readable(serializer.decode(format.write(wire)));

  describe('decode, lenient', () => {
    it('takes empty lists for empty dicts in every head and for ArgumentsKw', () => {
      const payload = { args: [1], kwargs: {} };
      deepEqual(decode([3, [], 'a.b']), { type: 3, details: {}, reason: 'a.b' });
      deepEqual(decode([5, 's', []]), { type: 5, signature: 's', extra: {} });
      deepEqual(decode([49, 1, []]), { type: 49, request: 1, options: {} });
      deepEqual(decode([16, 1, [], 'a.b', [1], []]), {
        ...{ type: 16, request: 1, options: {}, topic: 'a.b', payload },
      });
      deepEqual(decode([70, 1, [], [1]]), { type: 70, request: 1, options: {}, payload });
    });

    it('takes a null for no Arguments and no ArgumentsKw', () => {
      const message = { type: 16, request: 1, options: {}, topic: 'a.b' };
      deepEqual(decode([16, 1, {}, 'a.b', null, { a: 1 }]), {
        ...message,
        payload: { args: [], kwargs: { a: 1 } },
      });
      deepEqual(decode([16, 1, {}, 'a.b', [1], null]), {
        ...message,
        payload: { args: [1], kwargs: {} },
      });
    });

    it('takes them inside of HELLO.Details where a dict is expected', () => {
      const roles = { caller: [], callee: { features: [] }, publisher: { features: { x: true } } };
      deepEqual(decode([1, 'realm1', { roles, authextra: [], authmethods: [] }])['details'], {
        roles: { caller: {}, callee: { features: {} }, publisher: { features: { x: true } } },
        authextra: {},
        authmethods: [],
      });
    });

    it('refuses lists that are not empty, and empty ones where a string or id is expected', () => {
      for (const wire of [
        ...[
          [49, 1, [1]],
          [49, [], {}],
          [16, 1, {}, []],
          [16, 1, {}, 'a.b', [], [1]],
        ],
        ...[
          [16, 1, {}, 'a.b', {}],
          [16, 1, null, 'a.b'],
          [1, 'realm1', []],
          [1, 'realm1', { roles: [] }],
        ],
        ...[
          [1, 'realm1', { roles: { caller: [1] } }],
          [1, [], { roles: { caller: {} } }],
        ],
      ]) {
        throws(() => decode(wire), ProtocolViolation, JSON.stringify(wire));
      }
    });
  });
}

/** What every serializer owes: every message there and back, malformed lists refused. */
export function serializerSuite(serializer: Serializer, format: WireFormat): void {
  const decode = (wire: unknown): ClientMessage => serializer.decode(format.write(wire));
  const refuses = (wire: unknown): void => {
    throws(() => decode(wire), ProtocolViolation, JSON.stringify(wire));
  };

  describe('decode', () => {
    for (const row of clientRows)
      describe(row.name, () => {
        clientMessageCases(row, decode, refuses);
      });

    it('refuses every type that no client may send', () => {
      for (const type of foreignTypes) {
        for (const rest of [
          [],
          [1],
          [1, {}],
          [1, {}, 'a.b'],
          ['realm1', { roles: { caller: {} } }],
        ]) {
          refuses([type, ...rest]);
        }
      }
    });

    // MSG-1, SER-19
    it('refuses what is no message at all', () => {
      for (const wire of [[], {}, 'a', 1, null, true, { 0: 1 }]) refuses(wire);
    });

    it('refuses each known option of a wrong type', () => {
      for (const [type, options] of malformedOptions) refuses(withOptions(type, options));
    });

    it('accepts options that are right and ignores those that it does not know', () => {
      for (const [type, options] of acceptedOptions) {
        deepEqual(readable(decode(withOptions(type, options)))['options'], options);
      }
    });

    // SER-20
    it('takes __proto__ and constructor as plain keys', () => {
      const options: unknown = JSON.parse('{"__proto__":{"acknowledge":true},"constructor":1}');
      const message = readable(decode([16, 1, options, 'a.b', [], options]));
      deepEqual(message['options'], options);
      equal(Object.getPrototypeOf(message['options']), Object.prototype);
      deepEqual(message['payload'], { args: [], kwargs: options });
    });
  });

  describe('encode', () => {
    const payloads = {
      'no payload': Payload.of(serializer.format),
      args: Payload.of(serializer.format, VALUES),
      'args and kwargs': Payload.of(serializer.format, [1], { a: VALUES }),
      'kwargs only': Payload.of(serializer.format, [], { größe: null }),
    };
    for (const [name, payload] of Object.entries(payloads)) {
      it(`writes every message of the router, with ${name}`, () => {
        for (const [message, wire] of routerRows(payload)) {
          deepEqual(format.read(serializer.encode(message, () => 0)), withoutEmpty(wire));
        }
      });
    }

    it('leaves the headroom before the message free, and nothing after it', () => {
      for (const payload of Object.values(payloads)) {
        for (const [message, wire] of routerRows(payload)) {
          const bytes = serializer.encode(message, () => 10);
          deepEqual(format.read(bytes.subarray(10)), withoutEmpty(wire));
          equal(bytes.length, serializer.encode(message, () => 0).length + 10);
        }
      }
    });
  });

  describe('format', () => {
    it('gives the values back that it was given', () => {
      deepEqual(serializer.format.decode(serializer.format.encode(VALUES)), VALUES);
    });
  });
}

// SER-11, MSG-19
const VALUES: List = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'größe 日本 🎈\n"\\',
  [],
  {},
  [[{ a: [] }]],
];

function clientMessageCases(
  row: ClientRow,
  decode: (wire: unknown) => ClientMessage,
  refuses: (wire: unknown) => void,
): void {
  const { wire, fields, payload } = row;
  const message = Object.fromEntries([
    ['type', wire[0]],
    ...fields.map(([name], index) => [name, wire[index + 1]]),
  ]) as Record<string, unknown>;
  const expected = (args: List, kwargs: object): object =>
    payload === 'kept' ? { ...message, payload: { args, kwargs } } : message;

  it('is read', () => {
    deepEqual(readable(decode(wire)), expected([], {}));
  });

  // MSG-4
  it('is refused with too few elements', () => {
    for (let length = 1; length < wire.length; length += 1) refuses(wire.slice(0, length));
  });

  fields.forEach(([name, kind], index) => {
    it(`is refused with a malformed ${name}`, () => {
      for (const value of malformedValues[kind]) refuses(wire.with(index + 1, value));
    });
  });

  if (payload === undefined) {
    // MSG-5
    it('is refused with any element more', () => {
      for (const more of [[], {}, null, 1]) refuses([...wire, more]);
    });
    return;
  }
  // MSG-17, MSG-18
  it('is read with args and kwargs', () => {
    for (const [args, kwargs] of [
      [VALUES, {}],
      [[], { a: VALUES }],
      [[1], { b: 2 }],
    ] as const) {
      deepEqual(readable(decode([...wire, args, kwargs])), expected(args, kwargs));
    }
    deepEqual(readable(decode([...wire, [1]])), expected([1], {}));
  });

  // MSG-9
  it('is refused with args that are no list, kwargs that are no dict, or more', () => {
    for (const value of [{}, 'a', 1, null, true]) refuses([...wire, value]);
    for (const value of [[], 'a', 1, null, true]) refuses([...wire, [], value]);
    refuses([...wire, [], {}, []]);
  });
}

/** A message with the values of its payload in place of its bytes. */
function readable(message: ClientMessage): Record<string, unknown> {
  if (!('payload' in message)) return { ...message };
  const { payload } = message;
  return {
    ...message,
    payload: { args: payload.decodeArgs(), kwargs: payload.decodeKwargs() },
  };
}

function withOptions(type: number, options: object): List {
  const row = clientRows.find(({ wire }) => wire[0] === type);
  if (row === undefined) throw new TypeError(`no message of type ${type}`);
  return row.wire.with(2, options);
}

const isEmptyArgs = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const isEmptyKwargs = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** A row's wire list as WAMP 3.7 wants it: without empty kwargs at the end, then without empty args. */
function withoutEmpty(wire: List): List {
  const [last, lastButOne] = [wire.at(-1), wire.at(-2)];
  if (!Array.isArray(lastButOne) || typeof last !== 'object') return wire;
  if (!isEmptyKwargs(last)) return wire;
  return wire.slice(0, isEmptyArgs(lastButOne) ? -2 : -1);
}
