import { startApplicationTarget } from './application-target.js';
import { startBareRouter } from './bare-router.js';
import type { OwnRun } from './own-run.js';

const router = { name: 'the router alone', start: startBareRouter };
const application = { name: 'the application', start: startApplicationTarget };
const every = 'every case';
const ofTheWire = 'cases about the wire';

/**
 * The runs that every test run has. Every case in each format once and over each transport once, against the router alone, and once against
 * the application; else the cases about the wire.
 */
export const OWN_RUNS = {
  websocket: [
    { ...router, entrance: 'websocket', serializers: ['json', 'msgpack'], extent: every },
    {
      ...router,
      entrance: 'websocket',
      serializers: ['cbor', 'json.batched', 'msgpack.batched', 'cbor.batched'],
      extent: ofTheWire,
    },
  ],
  rawsocket: [
    { ...router, entrance: 'rawsocket', serializers: ['cbor'], extent: every },
    { ...router, entrance: 'rawsocket', serializers: ['json', 'msgpack'], extent: ofTheWire },
    {
      ...router,
      entrance: 'rawsocket by unix socket',
      serializers: ['json'],
      extent: ofTheWire,
    },
  ],
  // Requests cost more than messages do, so fewer of these.
  longpoll: [
    { ...router, entrance: 'longpoll', serializers: ['json'], extent: every },
    {
      ...router,
      entrance: 'longpoll',
      serializers: ['json.batched', 'msgpack', 'cbor.batched'],
      extent: ofTheWire,
    },
  ],
  application: [
    { ...application, entrance: 'websocket', serializers: ['json'], extent: every },
    {
      ...application,
      entrance: 'websocket',
      serializers: ['msgpack.batched'],
      extent: ofTheWire,
    },
    { ...application, entrance: 'rawsocket', serializers: ['cbor'], extent: ofTheWire },
    { ...application, entrance: 'longpoll', serializers: ['json'], extent: ofTheWire },
  ],
} as const satisfies Readonly<Record<string, readonly OwnRun[]>>;
