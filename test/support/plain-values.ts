/** A value whose BigInts are numbers where these are exact: libraries differ on 2^53 itself. */
export function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value <= 2n ** 53n && value >= -(2n ** 53n) ? Number(value) : value;
  }
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNumbers(each)]));
}
