import type { Wire } from './wire/address.js';
import { formatName } from './wire/wire-format.js';

/** What a case is about that not every wire has. */
export interface WireNeed {
  readonly accepts: (wire: Wire) => boolean;
  /** Why the case is not for the others. */
  readonly reason: string;
}

/** The case is about WebSocket. */
export const overWebSocket: WireNeed = {
  accepts: ({ transport }) => transport === 'websocket',
  reason: 'is about WebSocket',
};

/** The case is about RawSocket. */
export const overRawSocket: WireNeed = {
  accepts: ({ transport }) => transport === 'rawsocket',
  reason: 'is about RawSocket',
};

/** The case is about HTTP long-poll. */
export const overLongPoll: WireNeed = {
  accepts: ({ transport }) => transport === 'longpoll',
  reason: 'is about HTTP long-poll',
};

/** The case is about JSON, batched or not. */
export const inJson: WireNeed = {
  accepts: ({ serializer }) => formatName(serializer) === 'json',
  reason: 'is about JSON',
};

/** The case is about MessagePack, batched or not. */
export const inMsgPack: WireNeed = {
  accepts: ({ serializer }) => formatName(serializer) === 'msgpack',
  reason: 'is about MessagePack',
};

/** The case is about CBOR, batched or not. */
export const inCbor: WireNeed = {
  accepts: ({ serializer }) => formatName(serializer) === 'cbor',
  reason: 'is about CBOR',
};

/** The case is about MessagePack and CBOR. */
export const inBinary: WireNeed = {
  accepts: ({ serializer }) => formatName(serializer) !== 'json',
  reason: 'is about MessagePack and CBOR',
};

/** The case is about batches. */
export const batched: WireNeed = {
  accepts: ({ serializer }) => serializer.endsWith('.batched'),
  reason: 'is about batches',
};

/** The case is about messages that travel one by one. */
export const unbatched: WireNeed = {
  accepts: ({ serializer }) => !serializer.endsWith('.batched'),
  reason: 'is about messages that are not batched',
};
