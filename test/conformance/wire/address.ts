import type { NetConnectOpts } from 'node:net';

import { SERIALIZERS } from './wire-format.js';
import type { SerializerName } from './wire-format.js';

/** What carries the messages. */
export type TransportName = 'websocket' | 'rawsocket' | 'longpoll';

/** Where to connect, and how. */
export type Address =
  | { readonly transport: 'websocket'; readonly url: string }
  | { readonly transport: 'rawsocket'; readonly isSecure: boolean; readonly socket: NetConnectOpts }
  | { readonly transport: 'longpoll'; readonly url: string };

/** A transport and a serializer: what a case may need besides a router. */
export interface Wire {
  readonly transport: TransportName;
  readonly serializer: SerializerName;
}

/** The forms of an address, for whoever has to write one. */
export const ADDRESS_FORMS = [
  'ws://host:port/path, wss://… (WebSocket)',
  'tcp://host:port, tls://host:port, unix:/path, also with rs+ before them (RawSocket)',
  'http://host:port/base, https://… or http+longpoll://… (HTTP long-poll)',
].join('; ');

/** Reads an address. Throws TypeError for one of no known form. */
export function parseAddress(url: string): Address {
  const { protocol, hostname, port, pathname } = new URL(url);
  switch (protocol) {
    case 'ws:':
    case 'wss:':
      return { transport: 'websocket', url };
    case 'tcp:':
    case 'tls:':
    case 'rs+tcp:':
    case 'rs+tls:': {
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      const isSecure = protocol.endsWith('tls:');
      return { transport: 'rawsocket', isSecure, socket: { host, port: Number(port) } };
    }
    case 'unix:':
    case 'rs+unix:': {
      const path = decodeURIComponent(pathname);
      return { transport: 'rawsocket', isSecure: false, socket: { path } };
    }
    case 'http:':
    case 'https:':
    case 'http+longpoll:':
    case 'https+longpoll:':
      return { transport: 'longpoll', url: url.replace('+longpoll:', ':').replace(/\/$/, '') };
    default:
      throw new TypeError(`no address of a known form: ${url} (${ADDRESS_FORMS})`);
  }
}

/** The serializers that a transport can have; RawSocket knows no batches (WAMP 15.1). */
export const serializersOf = (transport: TransportName): readonly SerializerName[] =>
  transport === 'rawsocket'
    ? SERIALIZERS.filter((name) => !name.endsWith('.batched'))
    : SERIALIZERS;
