import type { Config } from '../config/config.js';
import type { ConnectionLimitsConfig, SerializerName } from '../config/listener-config.js';
import {
  allSerializers,
  type Authenticator,
  type Entrance,
  type HandshakeTurns,
  type Logger,
  type Router,
  type Serializer,
  type Transport,
} from '../router/index.js';

/** What listeners need of the application. */
export interface ListenerContext {
  readonly config: Config;
  readonly router: Router;
  readonly logger: Logger;
  /** The ways in of these names, in this order. */
  readonly authenticatorsOf: (authmethods: readonly string[]) => readonly Authenticator[];
}

/** What the configuration says of the connections of one listener. */
export interface ConnectionSettings {
  readonly limits: ConnectionLimitsConfig;
  readonly serializers: readonly SerializerName[];
  readonly requestIds: 'strict' | 'lenient';
}

/** What every kind of listener is told. */
export interface ListenerBasics {
  readonly serializers: readonly Serializer[];
  readonly onconnection: (transport: Transport) => void;
  readonly admits: (address: string) => boolean;
  readonly turns: HandshakeTurns;
  readonly limitsAddresses: boolean;
  readonly messageBytes: number;
  readonly queueBytes: number;
  readonly pingMs: number;
  readonly pongMs: number;
  readonly logger: Logger;
}

/** How a listener with these settings takes connections, and what they find behind it. */
export function listenerBasics(
  { config, router, logger }: ListenerContext,
  { limits, serializers, requestIds }: ConnectionSettings,
  { authenticators, limitsAddresses = true }: Pick<Entrance, 'authenticators' | 'limitsAddresses'>,
): ListenerBasics {
  const { depth, keys, pingMs, pongMs } = config.limits;
  const entrance: Entrance = {
    authenticators,
    requestIds,
    limits: limits.session,
    limitsAddresses,
  };
  // The clients whose request ids are random are those in PHP, which writes an empty dict as an empty list.
  const isLenient = requestIds === 'lenient';
  return {
    serializers: allSerializers({ depth, keys, isLenient }).filter(({ subprotocol }) =>
      serializers.some((name) => subprotocol === `wamp.2.${name}`),
    ),
    onconnection: (transport) => {
      router.attach(transport, entrance);
    },
    admits: (address) => (limitsAddresses ? router.admits(address) : router.admits()),
    turns: router.turns,
    limitsAddresses,
    messageBytes: limits.messageBytes,
    queueBytes: limits.queueBytes,
    pingMs,
    pongMs,
    logger,
  };
}
