import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';

/** A Host header that can stand in a policy; anything else would end the directive. */
const plainHost = /^[\w.:[\]-]+$/u;

/**
 * The headers that confine our pages: everything from this origin only, no inline script or style, no framing.
 * Strict-Transport-Security goes out over TLS and, for proxies that hide it, in production.
 */
export function securityHeaders(production: boolean): RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        // Browsers differ in whether 'self' covers WebSockets.
        'connect-src': ["'self'", webSocketSource],
        'img-src': ["'self'", 'data:'],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false,
  });
  const transportSecurity = helmet.strictTransportSecurity();
  const both = express.Router().use(headers);
  return both.use((request, response, next) => {
    if (request.secure || production) transportSecurity(request, response, next);
    else next();
  });
}

function webSocketSource(request: IncomingMessage): string {
  const host = 'host' in request ? request.host : undefined;
  if (typeof host !== 'string' || !plainHost.test(host)) return "'self'";
  const isSecure = 'secure' in request && request.secure === true;
  return `${isSecure ? 'wss' : 'ws'}://${host}`;
}
