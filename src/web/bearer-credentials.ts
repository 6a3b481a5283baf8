import { MalformedCredentials } from './basic-credentials.js';

const B64TOKEN = /^bearer +([\w.~+/-]+=*)$/i;

/**
 * The token of a request's Authorization header by scheme Bearer (RFC 6750, 2.1); undefined when it has none or one of another scheme.
 * `rawHeaders` are names and values by turns. Throws {@link MalformedCredentials} for two such headers and for what is no token.
 */
export function parseBearerToken(rawHeaders: readonly string[]): string | undefined {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  const bearer = values.find((value) => /^bearer(?: |$)/i.test(value));
  if (bearer === undefined) return undefined;
  if (values.length > 1) throw new MalformedCredentials('more than one Authorization header');
  const token = B64TOKEN.exec(bearer)?.[1];
  if (token === undefined) throw new MalformedCredentials('the credentials are no token');
  return token;
}
