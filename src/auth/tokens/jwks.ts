import jwksRsa from 'jwks-rsa';
import { isDict } from '../../router/index.js';
import { parseTokenKey, UnusableKey, type TokenAlgorithm, type TokenKey } from './token-keys.js';
import type { TokenKeyOptions } from './token-keys.js';

/** One set of keys as configured under `auth.jwt.jwks` (RFC 7517, section 5). */
export interface JwksOptions extends Pick<TokenKeyOptions, 'audience' | 'claims' | 'require'> {
  /** Where it is: `https:`, or `http:` on the loopback. */
  readonly uri: string;
  /** `iss` of its tokens. */
  readonly issuer: string;
  /** The algorithms that its tokens may use. A key that names none is for the first of these that fits it. */
  readonly algorithms: readonly TokenAlgorithm[];
  /** How long a key that was fetched counts, at most. */
  readonly cacheMs: number;
  /** How long nothing is fetched for the sake of an unknown `kid`. */
  readonly cooldownMs: number;
  /** How long the endpoint may take. */
  readonly timeoutMs: number;
}

/** The keys of a set by {@link keyName}. */
export type FetchedKeys = ReadonlyMap<string, TokenKey>;

/** Far above any set; what is longer is no set. */
const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 100;

/** What a key of a set is known by: the same `kid` may stand for keys of different algorithms (RFC 7517, section 4.5). */
export const keyName = (alg: string, kid: string): string => `${alg} ${kid}`;

/**
 * Fetches a set. Keys without `kid`, of other algorithms or too weak are left out. Rejects when the endpoint does not answer in time with a set
 * of at most 100 keys and 256 KiB; it may not redirect.
 */
export async function fetchJwks(options: JwksOptions): Promise<FetchedKeys> {
  const { uri, timeoutMs } = options;
  const client = new jwksRsa.JwksClient({
    jwksUri: uri,
    // Both are ours: theirs would fetch again for each kid that nobody knows.
    cache: false,
    rateLimit: false,
    fetcher: () => download(uri, timeoutMs),
  });
  const keys = new Map<string, TokenKey>();
  for (const signing of await client.getSigningKeys()) {
    const { kid, alg } = signing;
    const key = usableKey({ kid, alg, publicKey: signing.getPublicKey() }, options);
    if (key?.kid !== undefined) keys.set(keyName(key.alg, key.kid), key);
  }
  return keys;
}

interface FetchedKey {
  readonly kid: string | undefined;
  /** Left out in many sets (RFC 7517, section 4.4). */
  readonly alg: string | undefined;
  /** PEM. */
  readonly publicKey: string;
}

function usableKey(
  { kid, alg, publicKey }: FetchedKey,
  options: JwksOptions,
): TokenKey | undefined {
  if (kid === undefined) return undefined;
  const { issuer, audience, claims, require } = options;
  const algorithms = options.algorithms.filter((each) => alg === undefined || each === alg);
  for (const each of algorithms) {
    try {
      return parseTokenKey({ kid, alg: each, publicKey, issuer, audience, claims, require }, 0);
    } catch (error) {
      if (!(error instanceof UnusableKey)) throw error;
    }
  }
  return undefined;
}

async function download(uri: string, timeoutMs: number): Promise<{ keys: readonly object[] }> {
  const response = await fetch(uri, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  const set: unknown = JSON.parse(await boundedText(response));
  const keys = isDict(set) ? set['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every(isDict)) {
    throw new Error(`no set of at most ${MAX_KEYS} keys`);
  }
  return { keys };
}

async function boundedText({ body }: Response): Promise<string> {
  const stream: AsyncIterable<Uint8Array> | null = body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
