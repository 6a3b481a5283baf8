import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Broker } from '../../../src/router/broker/broker.js';
import type { Dict } from '../../../src/router/protocol/message.js';
import { cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import { jsonFormat, jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { msgpackSerializer } from '../../../src/router/serializer/msgpack-serializer.js';
import type { Serializer } from '../../../src/router/serializer/serializer.js';
import { FrameEncoder } from '../../../src/router/transport/frame-encoder.js';
import { rawSocketFraming } from '../../../src/router/transport/rawsocket/rawsocket-framing.js';
import type { Transport } from '../../../src/router/transport/transport.js';
import { websocketFraming } from '../../../src/router/transport/websocket/websocket-framing.js';
import { recordingSession, recordingTransport } from '../../support/recording-session.js';
import { newBroker, receive } from '../../support/routed-broker.js';

const SERIALIZERS = [jsonSerializer(), msgpackSerializer(), cborSerializer()];
const EVENT = 36;

/** Connections as two listeners have them, one of WebSocket and one of RawSocket, and how often an EVENT was encoded for them. */
class Listeners {
  encodings = 0;
  readonly #frames: readonly FrameEncoder[];

  constructor() {
    this.#frames = SERIALIZERS.map((each) => this.#counted(each)).flatMap((serializer) => [
      new FrameEncoder(serializer, websocketFraming(serializer.isBinary)),
      new FrameEncoder(serializer, rawSocketFraming),
    ]);
  }

  /** How many encoders there are: serializers times framings. */
  get count(): number {
    return this.#frames.length;
  }

  /** Connections that speak everything in turn, and what was framed for each. */
  connect(count: number): { readonly transport: Transport; readonly framed: Buffer[] }[] {
    return Array.from({ length: count }, (_, place) => {
      const framed: Buffer[] = [];
      const frames = this.#frames[place % this.#frames.length];
      const send: Transport['send'] = (message) => {
        if (message.type === EVENT && frames !== undefined) framed.push(frames.encode(message));
        return true;
      };
      return { transport: { ...recordingTransport(), send }, framed };
    });
  }

  #counted(serializer: Serializer): Serializer {
    return {
      ...serializer,
      encode: (message, headroom) => {
        this.encodings += 1;
        return serializer.encode(message, headroom);
      },
    };
  }
}

/** Subscribes a session in three ways, so that it gets each event of `a.b` three times. */
function subscribeThrice(broker: Broker, transport: Transport): void {
  const member = { ...recordingSession({ transport }), transport: recordingTransport() };
  receive(broker, member, [32, 1, {}, 'a.b']);
  receive(broker, member, [32, 2, { match: 'prefix' }, 'a.']);
  receive(broker, member, [32, 3, { match: 'wildcard' }, '.b']);
}

describe('An EVENT on its way to many', () => {
  for (const [name, options] of [
    ['plain', {}],
    ['of a disclosed publisher', { disclose_me: true }],
    ['for all but some', { exclude_authid: ['nobody'], exclude: [1] }],
  ] as const satisfies readonly (readonly [string, Dict])[]) {
    it(`is encoded once for each subscription, serializer and framing: ${name}`, (t) => {
      const [broker, listeners] = [newBroker(), new Listeners()];
      const connections = listeners.connect(60);
      for (const { transport } of connections) subscribeThrice(broker, transport);
      const conversions = t.mock.method(jsonFormat, 'decodeExactly');
      const publisher = recordingSession();

      receive(broker, publisher, [16, 1, options, 'a.b', ['hello'], { key: 1 }]);
      equal(listeners.encodings, 3 * listeners.count);
      // Args and kwargs, each once into MessagePack and once into CBOR.
      equal(conversions.mock.callCount(), 2 * 2);
      deepEqual(
        connections.map(({ framed }) => framed.length),
        connections.map(() => 3),
      );
    });
  }

  it('is one and the same frame for all who speak the same', () => {
    const [broker, listeners] = [newBroker(), new Listeners()];
    const connections = listeners.connect(60);
    for (const { transport } of connections) subscribeThrice(broker, transport);
    receive(broker, recordingSession(), [16, 1, {}, 'a.b', ['hello']]);
    equal(new Set(connections.flatMap(({ framed }) => framed)).size, 3 * listeners.count);
  });
});
