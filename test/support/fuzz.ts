import fc from 'fast-check';

/** How often a property is tried: nightly runs multiply it by FUZZ_RUNS. */
export const runs = (count: number): { readonly numRuns: number } => ({
  numRuns: count * Number(process.env['FUZZ_RUNS'] ?? 1),
});

const BEYOND_NUMBERS = fc.oneof(
  fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) - 1n }),
);

/** Any key, those that would set a prototype among them. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '0'),
);

/**
 * Texts of every length that a format writes differently, none of them with a lone surrogate. One that begins with U+0000 is not to be told
 * from binary in JSON.
 */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'binary-ascii', maxLength: 300 }),
  )
  .filter((each) => !each.startsWith('\u0000'));

/** A dict as it comes from the wire: `__proto__` is a key like any other. */
const dictOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc
    .array(fc.tuple(key, value), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries) as object);

/** Any value that a binary format can carry. */
export const wireValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -0, 2 ** 53, -(2 ** 53), 2 ** 53 - 1, 1e300),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    BEYOND_NUMBERS,
    text,
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 5 }),
    dictOf(tie('value')),
  ),
})).value;

/** A few bytes of a message changed, put in or taken away. */
export const edits = fc.array(
  fc.record({
    at: fc.nat(),
    removed: fc.integer({ min: 0, max: 2 }),
    added: fc.uint8Array({ maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** The bytes after those edits. */
export function edited(
  bytes: Buffer,
  changes: typeof edits extends fc.Arbitrary<infer T> ? T : never,
): Buffer {
  return changes.reduce((before, { at, removed, added }) => {
    const start = at % (before.length + 1);
    return Buffer.concat([before.subarray(0, start), added, before.subarray(start + removed)]);
  }, bytes);
}
