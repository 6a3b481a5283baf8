import { z } from 'zod';

import { byteSize } from './byte-size.js';
import { duration } from './duration.js';
import { count } from './scalars.js';

const MANY = 10_000_000;

const sessionLimits = {
  subscriptions: count('a number of subscriptions', 0, MANY),
  registrations: count('a number of registrations', 0, MANY),
  calls: count('a number of pending calls', 0, MANY),
  testaments: count('a number of testaments', 0, MANY),
  testament_bytes: byteSize({ min: '1KiB', max: '64MiB' }),
  messages_per_second: count('a number of messages per second', 1, MANY),
  burst: count('a number of messages at once', 1, MANY),
  rate_cutoff: duration({ max: '1h' }),
  sessions_per_user: count('a number of sessions', 1, MANY),
};

const connectionLimits = {
  message: byteSize({ min: '1KiB', max: '64MiB' }),
  queue: byteSize({ min: '64KiB', max: '1GiB' }),
};

/** Schema of the time between pings. */
export const pingTime = () => duration({ min: '100ms', max: '1h' });

/** Section `limits`: what anybody may ask of the router. */
export const limitsSchema = z.strictObject({
  hello: duration({ min: '10ms', max: '5m' }),
  auth: duration({ min: '10ms', max: '10m' }),
  authenticator: duration({ min: '10ms', max: '5m' }),
  authorizer: duration({ min: '10ms', max: '5m' }),
  ...connectionLimits,
  depth: count('a number of levels', 4, 1000),
  keys: count('a number of keys', 16, 1_000_000),
  uri_length: count('a number of bytes', 16, 4096),
  token: byteSize({ min: '1KiB', max: '64KiB' }),
  uri_components: count('a number of components', 1, 1024),
  ping: pingTime(),
  pong: duration({ min: '100ms', max: '1h' }),
  unauthenticated: count('a number of connections', 1, MANY),
  per_ip_unauthenticated: count('a number of connections', 1, MANY),
  handshakes_per_turn: count('a number of steps', 1, 100_000),
  waiting_handshakes: count('a number of connections', 0, MANY),
  backlog: count('a number of connections', 1, 65_535),
  sessions: count('a number of sessions', 1, MANY),
  call_timeout: duration({ min: '0s', max: '24h' }),
  ...sessionLimits,
});

/** The limits of a listener: what differs from `limits` for who comes through it. */
export const listenerLimitsSchema = z
  .strictObject({ ...connectionLimits, ...sessionLimits })
  .partial();

/** `realms[].roles[].limits`: what differs from the listener's limits for the sessions of one role. */
export const roleLimitsSchema = z
  .strictObject({ message: connectionLimits.message, ...sessionLimits })
  .partial();

/** The limits of the sessions of a role as written; what is undefined is taken from elsewhere. */
export type RoleLimitsInput = z.output<typeof roleLimitsSchema>;

/** The limits of a session as written; what is undefined is taken from elsewhere. */
export type SessionLimitsInput = Omit<RoleLimitsInput, 'message'>;

/** The limits of a listener as written; what is undefined is taken from elsewhere. */
export type ListenerLimitsInput = z.output<typeof listenerLimitsSchema>;
