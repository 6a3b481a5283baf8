// Secrets of documentation and templates that are long enough to pass for a key; the shorter ones fail by their length.
const PUBLISHED: ReadonlySet<string> = new Set([
  '!ChangeThisMercureHubJWTSecretKey!',
  'a-string-secret-at-least-256-bits-long',
  'a-valid-string-secret-that-is-at-least-384-bits-long',
  'a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long',
  'example_key_of_sufficient_length',
]);
const MIN_DISTINCT_BYTES = 8;

/**
 * Says in words why `secret` is no fit HMAC key, or undefined when nothing is to be said against it: shorter than `minBytes`, a
 * published default, few different bytes, something said twice, a public key.
 */
export function weaknessOf(secret: Uint8Array, minBytes: number): string | undefined {
  if (secret.length < minBytes) return `has ${secret.length} bytes; ${minBytes} are needed`;
  const text = Buffer.from(secret).toString('latin1');
  if (PUBLISHED.has(text.trim())) return 'is a published default';
  // Whoever knows the public key could sign: the other half of an algorithm confusion.
  if (text.includes('-----BEGIN ')) return 'is a PEM, not a secret';
  if (new Set(secret).size < MIN_DISTINCT_BYTES) return 'has hardly any different bytes';
  if (isRepetition(text)) return 'repeats itself';
  return undefined;
}

/** Whether `text` is some unit of at most half its length over and over, the last time perhaps cut. */
function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= text.length / 2; unit += 1) {
    if (text.startsWith(text.slice(unit))) return true;
  }
  return false;
}
