import type { IncomingMessage } from 'node:http';

/**
 * Proof that came with the request which opened a connection. It is taken out of what everybody sees of the request: only who decides by
 * it looks here.
 */
export interface PresentedCredentials {
  /** What a page put beside the subprotocol of WAMP: `base64url.bearer.` and this, encoded as it says or, where it is no such encoding, as it is. */
  readonly bearer: string | undefined;
  /** `token` of the query. */
  readonly token: string | undefined;
  /** `ticket` of the query. */
  readonly ticket: string | undefined;
  /** One of them comes twice, or a bearer is empty or no word: then nobody gets in by what came. */
  readonly isMalformed: boolean;
}

/** A request without the credentials that came with it. */
export interface StrippedRequest {
  /** Undefined: none came. */
  readonly credentials: PresentedCredentials | undefined;
  /** Path and query. */
  readonly url: string;
  /** As in {@link IncomingMessage.rawHeaders}. */
  readonly rawHeaders: readonly string[];
}

/** What a subprotocol begins with that is a bearer's credential. It is offered, and never chosen. */
const BEARER_PREFIX = 'base64url.bearer.';
const SUBPROTOCOL_HEADER = 'sec-websocket-protocol';
const TOKEN = 'token';
const TICKET = 'ticket';

const WORD = /^[\w.~-]+$/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is read of the HTTP request that opens a connection. */
export type OpeningRequest = Pick<IncomingMessage, 'url' | 'rawHeaders'>;

/** Takes the credentials out of a request. */
export function stripCredentials({ url = '', rawHeaders }: OpeningRequest): StrippedRequest {
  const question = url.indexOf('?');
  const query = question === -1 ? undefined : stripQuery(url.slice(question + 1));
  const bearers = bearersOf(rawHeaders);
  if (query === undefined && bearers.length === 0) {
    return { credentials: undefined, url, rawHeaders };
  }
  return {
    credentials: credentialsOf(query ?? NOTHING, bearers),
    url: query === undefined ? url : url.slice(0, question) + query.rest,
    rawHeaders: bearers.length === 0 ? rawHeaders : withoutBearers(rawHeaders),
  };
}

function credentialsOf(
  { tokens, tickets }: StrippedQuery,
  bearers: readonly string[],
): PresentedCredentials {
  const bearer = bearers.length === 1 ? readBearer(bearers[0] ?? '') : undefined;
  const isBearerWrong = bearers.length > 0 && bearer === undefined;
  const isMalformed = isBearerWrong || tokens.length > 1 || tickets.length > 1;
  return { bearer, token: tokens[0], ticket: tickets[0], isMalformed };
}

interface StrippedQuery {
  readonly tokens: readonly string[];
  readonly tickets: readonly string[];
  /** With its question mark; empty when nothing is left. */
  readonly rest: string;
}

const NOTHING: StrippedQuery = { tokens: [], tickets: [], rest: '' };

/** Undefined when there is nothing to be taken out. */
function stripQuery(query: string): StrippedQuery | undefined {
  const params = new URLSearchParams(query);
  const tokens = params.getAll(TOKEN);
  const tickets = params.getAll(TICKET);
  if (tokens.length === 0 && tickets.length === 0) return undefined;
  // The others stay as they were written.
  const rest = query.split('&').filter((part) => !isSecret(part));
  return { tokens, tickets, rest: rest.length === 0 ? '' : `?${rest.join('&')}` };
}

const isSecret = (part: string): boolean => {
  const params = new URLSearchParams(part);
  return params.has(TOKEN) || params.has(TICKET);
};

function bearersOf(rawHeaders: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (!isSubprotocols(rawHeaders[at])) continue;
    for (const each of subprotocolsOf(rawHeaders[at + 1])) {
      if (isBearer(each)) found.push(each.slice(BEARER_PREFIX.length));
    }
  }
  return found;
}

const withoutBearers = (rawHeaders: readonly string[]): readonly string[] =>
  rawHeaders.map((value, at) =>
    at % 2 === 1 && isSubprotocols(rawHeaders[at - 1])
      ? subprotocolsOf(value)
          .filter((each) => !isBearer(each))
          .join(', ')
      : value,
  );

const isSubprotocols = (name = ''): boolean => name.toLowerCase() === SUBPROTOCOL_HEADER;

const subprotocolsOf = (value = ''): readonly string[] =>
  value.split(',').map((each) => each.trim());

const isBearer = (subprotocol: string): boolean => subprotocol.startsWith(BEARER_PREFIX);

/**
 * Tokens and tickets may stand in a subprotocol as they are (RFC 6455, 4.1), and clients write them so. None of them is UTF-8 in Base64url,
 * so that one cannot be taken for the other.
 */
const readBearer = (text: string): string | undefined =>
  decodeBearer(text) ?? (WORD.test(text) ? text : undefined);

/** Undefined for what is empty, not Base64url without padding (RFC 4648, section 5), or not UTF-8 underneath. */
function decodeBearer(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64url');
  // Node's decoder passes over what it does not know: only what comes out the same again was right.
  if (encoded === '' || bytes.toString('base64url') !== encoded) return undefined;
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
