import { definedLimits, sessionLimits } from './build-limits.js';
import type {
  AdmissionConfig,
  ConnectionLimitsConfig,
  ListenerConfig,
  PublicConfig,
  TlsConfig,
  TrustedConfig,
} from './listener-config.js';
import { SERIALIZERS, type ListenerInput } from './listener-schema.js';
import type { ListenerLimitsInput } from './limits-schema.js';
import type { ConfigInput } from './schema.js';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_MODE = '0660';

/** The public listener in the program's terms. */
export const buildPublic = ({ public: open }: ConfigInput): PublicConfig => ({
  host: open.host,
  port: open.port,
  wsPath: open.ws_path,
  longPollPath: open.longpoll_path ?? undefined,
  longPollStatus: open.longpoll_status === 204 ? 204 : 202,
  apiPath: open.api_path ?? undefined,
  serializers: open.serializers,
  allowedOrigins: open.allowed_origins,
  trustProxy: open.trust_proxy,
  requestIds: open.request_ids,
});

/** The trusted listener in the program's terms. */
export const buildTrusted = (input: ConfigInput): TrustedConfig => {
  const { trusted } = input;
  return {
    host: trusted.host,
    port: trusted.port,
    unix: trusted.unix ?? undefined,
    mode: Number.parseInt(trusted.mode, 8),
    role: trusted.role,
    serializers: trusted.serializers,
    requestIds: trusted.request_ids,
    allowedHosts: trusted.allowed_hosts,
    allowedOrigins: trusted.allowed_origins,
    limits: connectionLimits(input, trusted.limits),
  };
};

/** The listeners of `listeners` in the program's terms; `tls` holds the certificate of each, undefined for those without. */
export const buildListeners = (
  input: ConfigInput,
  tls: readonly (TlsConfig | undefined)[],
): readonly ListenerConfig[] =>
  input.listeners.map((listener, index) => ({
    name: listener.name,
    type: listener.type,
    address: addressOf(listener),
    path: listener.path ?? '/',
    pingMs: listener.ping,
    admission: admissionOf(listener),
    requestIds: listener.request_ids ?? (listener.trusted ? 'lenient' : 'strict'),
    serializers: listener.serializers ?? defaultSerializers(listener),
    tls: tls[index],
    // Programs of this machine are as many messages apart from everybody there as they are at the trusted URL.
    limits: connectionLimits(input, {
      ...(listener.trusted && input.trusted.limits),
      ...listener.limits,
    }),
  }));

function addressOf({ unix, mode, host, port }: ListenerInput): ListenerConfig['address'] {
  if (unix !== undefined) return { unix, mode: Number.parseInt(mode ?? DEFAULT_MODE, 8) };
  return { host: host ?? DEFAULT_HOST, port: port ?? 0 };
}

const admissionOf = (listener: ListenerInput): AdmissionConfig =>
  listener.trusted
    ? {
        isTrusted: true,
        role: listener.role ?? '',
        allowedHosts: listener.allowed_hosts ?? [],
        allowedOrigins: listener.allowed_origins ?? [],
      }
    : {
        isTrusted: false,
        authmethods: listener.authmethods ?? [],
        allowedOrigins: listener.allowed_origins ?? [],
      };

/** RawSocket has no batches (WAMP 15.1). */
const defaultSerializers = ({ type }: ListenerInput): ListenerConfig['serializers'] =>
  type === 'websocket' ? SERIALIZERS : SERIALIZERS.filter((each) => !each.endsWith('.batched'));

function connectionLimits(
  { limits }: ConfigInput,
  own: ListenerLimitsInput,
): ConnectionLimitsConfig {
  return {
    messageBytes: own.message ?? limits.message,
    queueBytes: own.queue ?? limits.queue,
    session: { ...sessionLimits(limits), ...definedLimits(own) },
  };
}
