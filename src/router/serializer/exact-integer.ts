/** The integer as a number where that is exact without doubt, up to 2^53 inclusive; else as it is. */
export const exactInteger = (value: bigint): number | bigint =>
  -LARGEST <= value && value <= LARGEST ? Number(value) : value;

const LARGEST = 2n ** 53n;
