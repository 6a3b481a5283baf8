import {
  stripCredentials,
  type OpeningRequest,
  type PresentedCredentials,
} from './presented-credentials.js';
import type { TransportDetails } from './transport.js';

/** What is known of a connection beside its request. */
export type HttpDetailsOptions = Pick<
  TransportDetails,
  'type' | 'listener' | 'peer' | 'protocol' | 'tls'
>;

/** Stands in no header (RFC 9110, 5.5). */
const SEPARATOR = '\n';

/**
 * Where a transport came from that an HTTP request has opened. The headers are kept as one string, and the request not at all: a connection
 * lives for days, and only its handshakes look at them. Credentials that came with the request are in `credentials`, and nowhere else.
 */
export class HttpDetails implements TransportDetails {
  readonly type: TransportDetails['type'];
  readonly listener: string;
  readonly peer: string;
  readonly protocol: string;
  readonly url: string;
  readonly tls: TransportDetails['tls'];
  readonly #headers: string;
  readonly #credentials: PresentedCredentials | undefined;

  constructor(options: HttpDetailsOptions, request: OpeningRequest) {
    const { credentials, url, rawHeaders } = stripCredentials(request);
    this.type = options.type;
    this.listener = options.listener;
    this.peer = options.peer;
    this.protocol = options.protocol;
    this.url = url;
    this.tls = options.tls;
    this.#headers = rawHeaders.join(SEPARATOR);
    this.#credentials = credentials;
  }

  /** A getter, so that whoever prints or copies the details has no secret. */
  get credentials(): PresentedCredentials | undefined {
    return this.#credentials;
  }

  /** A new Map each time. */
  get headers(): ReadonlyMap<string, readonly string[]> {
    const headers = new Map<string, string[]>();
    const parts = this.#headers.split(SEPARATOR);
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const name = (parts[at] ?? '').toLowerCase();
      const value = parts[at + 1] ?? '';
      const values = headers.get(name);
      if (values === undefined) headers.set(name, [value]);
      else values.push(value);
    }
    return headers;
  }
}
