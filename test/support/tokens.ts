import { createHmac } from 'node:crypto';

/** The key of config/development.yaml that signs tokens. */
export const DEVELOPMENT_SECRET = 'development-only token key 4f1c9a7be03d52684f7190ab';

/** What a test's token differs in from a good one. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly secret?: string;
}

/** Claims of a good token for the development configuration. */
export const goodClaims = (): Record<string, unknown> => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: 'expressway', aud: 'wamp', sub: 'admin', iat: now, exp: now + 60 };
};

/** A token made without any library, so that it can be wrong in any way. A claim of undefined is left out. */
export function makeToken({
  claims,
  header,
  secret = DEVELOPMENT_SECRET,
}: TokenChanges = {}): string {
  const head = encode({ alg: 'HS256', typ: 'JWT', kid: 'development', ...header });
  const body = encode({ ...goodClaims(), ...claims });
  const signature = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Tokens that must be refused, each by the name of what is wrong with it. */
export const wrongTokens: ReadonlyMap<string, () => string> = new Map([
  ['wrongly signed', () => makeToken({ secret: 'another secret that is long enough to be used' })],
  ['expired', () => makeToken({ claims: { iat: 1_700_000_000, exp: 1_700_000_060 } })],
  ['of a foreign audience', () => makeToken({ claims: { aud: 'elsewhere' } })],
  ['unsigned, alg none', () => makeToken({ header: { alg: 'none' } }).replace(/[^.]*$/, '')],
  ['no token at all', () => 'kitten'],
]);
