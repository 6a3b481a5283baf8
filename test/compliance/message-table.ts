import {
  newPublicationId,
  newRegistrationId,
  newSessionId,
  newSubscriptionId,
  toRequestId,
} from '../../src/router/protocol/id.js';
import type { Dict, List, RouterMessage } from '../../src/router/protocol/message.js';
import type { Payload } from '../../src/router/protocol/payload.js';

/** A client's message: its wire list without a payload, and what its elements after the type are. */
export interface ClientRow {
  readonly name: string;
  readonly wire: List;
  readonly fields: readonly (readonly [name: string, kind: FieldKind])[];
  /** `kept`: a payload may follow; `dropped`: it may, but nobody reads it. */
  readonly payload?: 'kept' | 'dropped';
}

export type FieldKind = 'id' | 'string' | 'dict' | 'invocation' | 'hello details';

const HELLO_DETAILS = { roles: { caller: { features: { call_canceling: true } } } };

/** Every message that a client may send (WAMP 3.5). */
export const clientRows: readonly ClientRow[] = [
  {
    name: 'HELLO',
    wire: [1, 'realm1', HELLO_DETAILS],
    fields: [
      ['realm', 'string'],
      ['details', 'hello details'],
    ],
  },
  {
    name: 'ABORT',
    wire: [3, { message: 'bye' }, 'wamp.close.normal'],
    fields: [
      ['details', 'dict'],
      ['reason', 'string'],
    ],
    payload: 'dropped',
  },
  {
    name: 'AUTHENTICATE',
    wire: [5, 'signature', { a: 1 }],
    fields: [
      ['signature', 'string'],
      ['extra', 'dict'],
    ],
  },
  {
    name: 'GOODBYE',
    wire: [6, {}, 'wamp.close.normal'],
    fields: [
      ['details', 'dict'],
      ['reason', 'string'],
    ],
  },
  {
    name: 'ERROR',
    wire: [8, 68, 3, {}, 'a.b'],
    fields: [
      ['requestType', 'invocation'],
      ['request', 'id'],
      ['details', 'dict'],
      ['error', 'string'],
    ],
    payload: 'kept',
  },
  request('PUBLISH', [16, 1, { acknowledge: true }, 'a.b'], 'topic', 'kept'),
  request('SUBSCRIBE', [32, 1, {}, 'a.b'], 'topic'),
  release('UNSUBSCRIBE', [34, 1, 2 ** 53], 'subscription'),
  request('CALL', [48, 2 ** 53, {}, 'a.b'], 'procedure', 'kept'),
  {
    name: 'CANCEL',
    wire: [49, 1, { mode: 'kill' }],
    fields: [
      ['request', 'id'],
      ['options', 'dict'],
    ],
  },
  request('REGISTER', [64, 1, { invoke: 'single' }, 'a.b'], 'procedure'),
  release('UNREGISTER', [66, 1, 7], 'registration'),
  {
    name: 'YIELD',
    wire: [70, 1, {}],
    fields: [
      ['request', 'id'],
      ['options', 'dict'],
    ],
    payload: 'kept',
  },
];

function request(name: string, wire: List, uri: string, payload?: 'kept'): ClientRow {
  const fields = [
    ['request', 'id'],
    ['options', 'dict'],
    [uri, 'string'],
  ] as const;
  return { name, wire, fields, ...(payload && { payload }) };
}

function release(name: string, wire: List, id: string): ClientRow {
  return {
    name,
    wire,
    fields: [
      ['request', 'id'],
      [id, 'id'],
    ],
  };
}

/** What no field of a kind may hold (MSG-6 to MSG-8, ID-10). */
export const malformedValues: Readonly<Record<FieldKind, List>> = {
  id: [0, -1, 1.5, 2 ** 53 + 2, 1e300, '1', null, true, [], {}],
  string: [1, null, false, ['a.b'], {}],
  dict: [1, null, 'a', true, [], [{}]],
  invocation: [0, 16, 32, 34, 48, 64, 66, 67, 69, '68', null, {}],
  'hello details': [
    1,
    null,
    [],
    {},
    { roles: null },
    { roles: [] },
    { roles: {} },
    { roles: { broker: {} } },
    { roles: { caller: null } },
    { roles: { caller: {}, callee: 1 } },
    { roles: { caller: { features: 1 } } },
    { roles: { caller: {} }, authid: 1 },
    { roles: { caller: {} }, authmethods: 'jwt' },
    { roles: { caller: {} }, authmethods: [1] },
    { roles: { caller: {} }, authextra: [] },
    { roles: { caller: {} }, agent: {} },
  ],
};

/** Types that no client may send: unknown ones, and those of the router (MSG-2, MSG-3, PV-1, PV-3, PV-13). */
export const foreignTypes: List = [
  ...[0, -1, 7, 9, 15, 99, 255, 256, 300, 337, 2 ** 53, 16.5, '32', '', true, false, null, [], {}],
  ...[2, 4, 17, 33, 35, 36, 50, 65, 67, 68, 69],
];

/** Each of these, in its message, is a known option of a wrong type (MSG-10, MSG-11). */
export const malformedOptions: readonly (readonly [type: number, options: Dict])[] = [
  ...['acknowledge', 'exclude_me', 'disclose_me', 'retain'].flatMap((key) =>
    [1, 0, 'true', null, []].map((value) => [16, { [key]: value }] as const),
  ),
  ...['exclude', 'eligible'].flatMap((key) =>
    [1, 'x', null, {}, [0], ['1'], [1, 1.5]].map((value) => [16, { [key]: value }] as const),
  ),
  ...['authid', 'authrole'].flatMap((suffix) =>
    ['exclude', 'eligible'].flatMap((key) =>
      ['x', null, {}, [1], ['a', null]].map(
        (value) => [16, { [`${key}_${suffix}`]: value }] as const,
      ),
    ),
  ),
  ...['foo', '', 1, null, true].map((match) => [32, { match }] as const),
  [32, { get_retained: 1 }],
  ...['receive_progress', 'progress', 'disclose_me'].map((key) => [48, { [key]: 1 }] as const),
  ...[-1, 1.5, '5', null, 2 ** 53 + 2].map((timeout) => [48, { timeout }] as const),
  ...['Kill', 'killwait', 1, null].map((mode) => [49, { mode }] as const),
  [64, { match: 'regex' }],
  [64, { invoke: 'all' }],
  [64, { invoke: 1 }],
  [64, { disclose_caller: 'yes' }],
  [64, { forward_timeout: 1 }],
  [70, { progress: 1 }],
];

/** Options that are right, or that nobody knows (MSG-12 to MSG-14). */
export const acceptedOptions: readonly (readonly [type: number, options: Dict])[] = [
  [16, { acknowledge: false, exclude_me: true, exclude: [1, 2 ** 53], eligible: [] }],
  [
    16,
    { exclude_authid: ['a'], eligible_authid: [], exclude_authrole: [], eligible_authrole: [''] },
  ],
  [16, { unknown: 1, _private: null, X: [], '': {} }],
  [32, { match: 'exact', get_retained: true }],
  [32, { match: 'prefix' }],
  [32, { match: 'wildcard' }],
  [48, { timeout: 0, receive_progress: false }],
  [48, { acknowledge: 1 }],
  [49, { mode: 'skip' }],
  [49, { mode: 'killnowait' }],
  [64, { invoke: 'roundrobin', match: 'exact', disclose_caller: true }],
  [70, { progress: true, other: 0 }],
];

/** Every message that the router sends, with its wire list (MSG-20). */
export function routerRows(payload: Payload): readonly (readonly [RouterMessage, List])[] {
  const session = newSessionId();
  const publication = newPublicationId();
  const subscription = newSubscriptionId();
  const registration = newRegistrationId();
  const request = toRequestId(2 ** 53);
  const details = { message: 'größe 🎈' };
  const values = [payload.decodeArgs(), payload.decodeKwargs()];
  return [
    [{ type: 2, session, details }, [2, session, details]],
    [{ type: 3, details, reason: 'a.b' }, [3, details, 'a.b']],
    [{ type: 4, method: 'jwt', extra: details }, [4, 'jwt', details]],
    [{ type: 6, details: {}, reason: 'a.b' }, [6, {}, 'a.b']],
    [
      { type: 8, requestType: 48, request, details, error: 'a.b', payload },
      [8, 48, request, details, 'a.b', ...values],
    ],
    [{ type: 17, request, publication }, [17, request, publication]],
    [{ type: 33, request, subscription }, [33, request, subscription]],
    [{ type: 35, request }, [35, request]],
    // SV-1
    [{ type: 35, request, details }, [35, request, details]],
    [
      { type: 36, subscription, publication, details, payload },
      [36, subscription, publication, details, ...values],
    ],
    [{ type: 50, request, details, payload }, [50, request, details, ...values]],
    [{ type: 65, request, registration }, [65, request, registration]],
    [{ type: 67, request }, [67, request]],
    // RV-1
    [{ type: 67, request, details }, [67, request, details]],
    [
      { type: 68, request, registration, details, payload },
      [68, request, registration, details, ...values],
    ],
    [{ type: 69, request, options: { mode: 'kill' } }, [69, request, { mode: 'kill' }]],
  ];
}
