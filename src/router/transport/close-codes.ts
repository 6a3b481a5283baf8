/**
 * The codes with which a WebSocket connection is closed, and so what the client should do: after 1000 not come back, after 1002,
 * 1003, 1007, 1008 and 1009 not come back unchanged, after the others reconnect. autobahn and wampy stop for good after GOODBYE
 * or ABORT and come back after a bare close: whoever ends a session chooses by that.
 */
export const CloseCode = {
  normal: 1000,
  protocolError: 1002,
  unsupportedData: 1003,
  policy: 1008,
  messageTooBig: 1009,
  internalError: 1011,
  /** The node restarts: reconnect with jitter. */
  restart: 1012,
  /** Over capacity, or the authenticator is absent: reconnect with a long back-off. */
  tryAgainLater: 1013,
  /** The token has expired: reconnect with a fresh one. */
  tokenExpired: 4401,
  /** No HELLO or AUTHENTICATE in time. */
  handshakeTimeout: 4408,
  /** The peer did not read fast enough: reconnect, then resynchronise. */
  slowConsumer: 4409,
  /** No pong: the peer is gone. */
  noPong: 4411,
  /** Sent too much for too long: reconnect with back-off. */
  rateLimited: 4429,
} as const;

/** How a connection is reported that ended without being closed; it is in no close frame (RFC 6455, 7.1.5). */
export const LOST = 1006;

/** One of {@link CloseCode}'s numbers. */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
