import type { AuthenticationRequest, Dict, List, TransportDetails } from '../../router/index.js';

/** The code of HELLO (WAMP 3.5). */
const HELLO = 1;

/**
 * The client's HELLO as providers of Thruway's kind get it: `[1, realm, details]` with the connection in `details.transport`,
 * whatever the client itself put there.
 */
export const toHelloMessage = (request: AuthenticationRequest): List => [
  HELLO,
  request.realm,
  { ...request.details, transport: toTransport(request.transport) },
];

/** `{type, transport_address, headers, url, query_params, cookies}`; PHP's empty map is `[]`. */
function toTransport(transport: TransportDetails): Dict {
  const question = transport.url.indexOf('?');
  const path = question === -1 ? transport.url : transport.url.slice(0, question);
  const query = question === -1 ? '' : transport.url.slice(question + 1);
  return {
    // Providers were written against Thruway's only WebSocket transport, which calls itself so.
    type: transport.type === 'websocket' ? 'ratchet' : transport.type,
    transport_address: transport.peer,
    headers: Object.fromEntries(transport.headers),
    url: path,
    query_params: toQueryParams(query, transport.credentials),
    cookies: transport.headers.get('cookie') ?? [],
  };
}

/** A name that comes once has its value, one that comes more often the list of them. A provider may decide by what others are not shown. */
function toQueryParams(query: string, credentials: TransportDetails['credentials']): Dict | List {
  const params = new URLSearchParams(query);
  if (credentials?.token !== undefined) params.append('token', credentials.token);
  if (credentials?.ticket !== undefined) params.append('ticket', credentials.ticket);
  const names = new Set(params.keys());
  if (names.size === 0) return [];
  return Object.fromEntries(
    [...names].map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
