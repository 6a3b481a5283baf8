/** A user's name and password as somebody claims them. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The most bytes of `user:password`, decoded. */
export const maxCredentialBytes = 1024;

/** The Authorization header breaks RFC 9110 or RFC 7617: the request is bad (400), not merely unauthenticated. */
export class MalformedCredentials extends Error {
  override readonly name = 'MalformedCredentials';
  readonly code = 'ERR_MALFORMED_CREDENTIALS';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The credentials in the Authorization header of a request, by RFC 7617 with charset UTF-8; undefined when it has none or one
 * of another scheme. `rawHeaders` are names and values by turns, because node keeps only the first of two such headers.
 * Throws {@link MalformedCredentials}.
 */
export function parseBasicCredentials(rawHeaders: readonly string[]): Credentials | undefined {
  const values = authorizationValues(rawHeaders);
  if (values.length > 1) throw new MalformedCredentials('more than one Authorization header');
  const [scheme, ...rest] = (values[0] ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  return splitUserPass(decodeToken68(rest.join(' ').trim()));
}

/** Whether a request carries an Authorization header of any scheme. */
export function hasAuthorization(rawHeaders: readonly string[]): boolean {
  return authorizationValues(rawHeaders).length > 0;
}

function authorizationValues(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
}

function decodeToken68(token: string): string {
  const bytes = Buffer.from(token, 'base64');
  // Buffer skips what is not base64; only what comes out the same again was base64.
  if (token === '' || bytes.toString('base64').replace(/=+$/u, '') !== token.replace(/=+$/u, '')) {
    throw new MalformedCredentials('the credentials are not base64');
  }
  if (bytes.length > maxCredentialBytes) {
    throw new MalformedCredentials(`the credentials have more than ${maxCredentialBytes} bytes`);
  }
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new MalformedCredentials('the credentials are not UTF-8', { cause });
  }
}

function splitUserPass(userPass: string): Credentials {
  // RFC 7617, 2: neither part may have control characters; the first colon ends the name, the password may have more.
  if (/\p{Cc}/u.test(userPass)) {
    throw new MalformedCredentials('the credentials have control characters');
  }
  const colon = userPass.indexOf(':');
  if (colon < 0) throw new MalformedCredentials('the credentials have no colon');
  return { username: userPass.slice(0, colon), password: userPass.slice(colon + 1) };
}
