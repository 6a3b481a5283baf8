import type { AuthenticationRequest, Dict } from '../../router/index.js';

/**
 * What a dynamic authenticator is told of the client, as Crossbar tells it: `{session, authmethod, authid, authextra, transport, …}`.
 * `more` is what its method adds, such as `ticket`. Nothing in it is proven but where the connection came from.
 */
export const toSessionDetails = (
  authmethod: string,
  { session, details, transport }: AuthenticationRequest,
  more: Dict = {},
): Dict => ({
  session,
  authmethod,
  authid: details['authid'] ?? null,
  authextra: details['authextra'] ?? null,
  transport: {
    type: transport.type,
    protocol: transport.protocol,
    peer: transport.peer,
    http_headers_received: Object.fromEntries(
      [...transport.headers].map(([name, values]) => [name, values.join(', ')]),
    ),
    http_headers_sent: {},
    cbtid: null,
    client_cert: null,
  },
  ...more,
});
