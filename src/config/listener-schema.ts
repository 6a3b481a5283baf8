import { z } from 'zod';

import { listenerLimitsSchema, pingTime } from './limits-schema.js';
import { flag, hostName, loopbackHost, name, network, port, text, webOrigin } from './scalars.js';

/** The serializers by the names that the configuration gives them: a subprotocol without its `wamp.2.` (WAMP 2.3.1, 15.2). */
export const SERIALIZERS = [
  'json',
  'msgpack',
  'cbor',
  'json.batched',
  'msgpack.batched',
  'cbor.batched',
] as const;

/** The authmethods by which somebody can get in without a provider from outside. */
export const AUTHMETHODS = [
  'jwt',
  'ticket',
  'cookie',
  'wampcra',
  'scram',
  'wamp-scram',
  'cryptosign',
  'tls',
  'anonymous',
] as const;

const host = () => text('a host name or IP address');
const path = (expected: string) => text(expected, (value) => /^\/[\w./~-]{0,127}$/.test(value));
const webSocketPath = () => path('a path such as /ws');
const requestIds = () => z.enum(['strict', 'lenient']);
const socketPath = () =>
  text(
    'the absolute path of a Unix socket, at most 100 bytes',
    (value) => value.startsWith('/') && Buffer.byteLength(value) <= 100,
  );
const fileMode = () =>
  text('an octal file mode in quotes such as "0660"', (value) => /^0[0-7]{3}$/.test(value));

/** A list of names that each stand in it once, and at least one of them. */
const choices = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  expected: string,
) =>
  z
    .array(z.enum(names))
    .min(1, { error: expected })
    .refine((list) => new Set(list).size === list.length, { error: `${expected}, each once` });

/** Schema of a list of authmethods; whether there are such is checked where those of providers are known. */
export const authmethods = () =>
  z
    .array(name('the name of an authmethod'))
    .refine((list) => new Set(list).size === list.length, { error: 'each authmethod once' });

const serializers = () => choices(SERIALIZERS, 'at least one serializer');

/** Section `public`. */
export const publicSchema = z.strictObject({
  host: host(),
  port: port(),
  ws_path: webSocketPath(),
  longpoll_path: path('a path such as /longpoll, without a slash at its end')
    .refine((value) => !value.endsWith('/'), {
      error: 'a path such as /longpoll, without a slash at its end',
    })
    .nullable(),
  longpoll_status: z
    .int({ error: '202 or 204' })
    .refine((status) => status === 202 || status === 204, { error: '202 or 204' }),
  api_path: path('a path such as /api, without a slash at its end')
    .refine((value) => !value.endsWith('/'), {
      error: 'a path such as /api, without a slash at its end',
    })
    .nullable(),
  serializers: serializers(),
  allowed_origins: z.array(webOrigin()),
  trust_proxy: z.array(network()),
  request_ids: requestIds(),
});

/** Section `trusted`. */
export const trustedSchema = z.strictObject({
  host: loopbackHost(),
  port: port(),
  unix: socketPath().nullable(),
  mode: fileMode(),
  role: name('the name of a role'),
  serializers: serializers(),
  request_ids: requestIds(),
  allowed_hosts: z.array(hostName()),
  allowed_origins: z.array(webOrigin()),
  limits: listenerLimitsSchema,
});

const tlsSchema = z.strictObject({
  cert_file: text('the path of a file'),
  key_file: text('the path of a file'),
  client_ca_file: text('the path of a file').optional(),
  client_cert: z.enum(['request', 'require']).optional(),
});

const listenerSchema = z.strictObject({
  name: name('the name of a listener'),
  type: z.enum(['websocket', 'rawsocket']),
  host: host().optional(),
  port: port().optional(),
  unix: socketPath().optional(),
  mode: fileMode().optional(),
  path: webSocketPath().optional(),
  ping: pingTime().optional(),
  trusted: flag().default(false),
  role: name('the name of a role').optional(),
  request_ids: requestIds().optional(),
  serializers: serializers().optional(),
  authmethods: authmethods().min(1, { error: 'at least one authmethod' }).optional(),
  tls: tlsSchema.optional(),
  allowed_origins: z.array(webOrigin()).optional(),
  allowed_hosts: z.array(hostName()).optional(),
  limits: listenerLimitsSchema.default({}),
});

/** Section `listeners`: those besides `public` and `trusted`. */
export const listenersSchema = z.array(listenerSchema);

/** A listener of `listeners` as written. */
export type ListenerInput = z.output<typeof listenerSchema>;
