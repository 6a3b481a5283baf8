import type { SessionLimits } from '../router/index.js';
import type { LimitsConfig } from './config.js';
import type { RoleLimitsInput, SessionLimitsInput } from './limits-schema.js';
import type { ConfigInput } from './schema.js';

/** Section `limits` in the program's terms. */
export function buildLimits({ limits }: ConfigInput): LimitsConfig {
  return {
    helloMs: limits.hello,
    authMs: limits.auth,
    authenticatorMs: limits.authenticator,
    authorizerMs: limits.authorizer,
    messageBytes: limits.message,
    queueBytes: limits.queue,
    depth: limits.depth,
    keys: limits.keys,
    tokenBytes: limits.token,
    uri: { length: limits.uri_length, components: limits.uri_components },
    pingMs: limits.ping,
    pongMs: limits.pong,
    unauthenticated: limits.unauthenticated,
    unauthenticatedPerIp: limits.per_ip_unauthenticated,
    handshakesPerTurn: limits.handshakes_per_turn,
    waitingHandshakes: limits.waiting_handshakes,
    backlog: limits.backlog,
    sessions: limits.sessions,
    callTimeoutMs: limits.call_timeout,
    session: sessionLimits(limits),
  };
}

/** The limits of everybody's sessions. */
export const sessionLimits = (limits: ConfigInput['limits']): SessionLimits => ({
  messagesPerSecond: limits.messages_per_second,
  burst: limits.burst,
  floodMs: limits.rate_cutoff,
  subscriptions: limits.subscriptions,
  registrations: limits.registrations,
  calls: limits.calls,
  testaments: limits.testaments,
  testamentBytes: limits.testament_bytes,
  sessionsPerUser: limits.sessions_per_user,
});

/** What a listener or a role sets of its own. What is undefined is left out, as it would hide what it is laid over. */
export function definedLimits(limits: SessionLimitsInput): Partial<SessionLimits> {
  const { messages_per_second, burst, rate_cutoff, sessions_per_user } = limits;
  const { subscriptions, registrations, calls, testaments, testament_bytes } = limits;
  return {
    ...(messages_per_second !== undefined && { messagesPerSecond: messages_per_second }),
    ...(burst !== undefined && { burst }),
    ...(rate_cutoff !== undefined && { floodMs: rate_cutoff }),
    ...(subscriptions !== undefined && { subscriptions }),
    ...(registrations !== undefined && { registrations }),
    ...(calls !== undefined && { calls }),
    ...(testaments !== undefined && { testaments }),
    ...(testament_bytes !== undefined && { testamentBytes: testament_bytes }),
    ...(sessions_per_user !== undefined && { sessionsPerUser: sessions_per_user }),
  };
}

/** What a role sets of its own. */
export const roleLimits = ({ message, ...limits }: RoleLimitsInput): Partial<SessionLimits> => ({
  ...definedLimits(limits),
  ...(message !== undefined && { messageBytes: message }),
});
