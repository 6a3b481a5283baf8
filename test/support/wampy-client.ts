import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import { WebSocket } from 'ws';
import type { Ending } from './application.js';

const SERIALIZERS = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };

/** Where and how a wampy client connects. */
export interface WampyOptions {
  readonly url: string;
  /** JSON when left out. */
  readonly serializer?: keyof typeof SERIALIZERS;
  readonly onChallenge?: (
    method: string,
    extra: Record<string, unknown>,
  ) => string | Promise<string>;
  /** Of a client that answers challenges. Default those of the tests' admin with a token. */
  readonly authid?: string;
  readonly authmethods?: string[];
  readonly authextra?: Record<string, unknown>;
  readonly onReconnectSuccess?: (details: Record<string, unknown>) => void;
}

/** A wampy client that reconnects by itself, ended with the test. Not connected yet. */
export function createWampy(
  t: Ending,
  { url, serializer = 'json', onChallenge, onReconnectSuccess, ...authentication }: WampyOptions,
): Wampy {
  const wampy = new Wampy(url, {
    realm: 'realm1',
    // wampy's type asks for the browser's class; ws has all that it uses.
    ws: WebSocket as unknown as typeof globalThis.WebSocket,
    reconnectInterval: 100,
    serializer: new SERIALIZERS[serializer](),
    // What is packed for payload passthru, by the name that its options give.
    payloadSerializers: { cbor: new CborSerializer(), msgpack: new MsgpackSerializer() },
    ...(onChallenge && { authid: 'admin', authmethods: ['jwt'], onChallenge }),
    ...authentication,
    ...(onReconnectSuccess && { onReconnectSuccess }),
  });
  t.after(() =>
    wampy.disconnect().then(
      () => undefined,
      () => undefined,
    ),
  );
  return wampy;
}
