import { z } from 'zod';

const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

/** Bytes of a size such as `512B`, `64KiB`, `1MiB` or `2GiB`; undefined for anything else. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,10})(B|KiB|MiB|GiB)$/.exec(text);
  const unit = UNIT_BYTES.get(match?.[2] ?? '');
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Bounds of a size in the configuration, in the configuration's own notation. */
export interface ByteSizeBounds {
  readonly min: string;
  readonly max: string;
}

/** Schema of a size within `bounds`; its output is bytes. */
export function byteSize(bounds: ByteSizeBounds) {
  const min = parseByteSize(bounds.min) ?? 0;
  const max = parseByteSize(bounds.max) ?? 0;
  const expected = `a size such as 64KiB, from ${bounds.min} to ${bounds.max}`;
  return z.string({ error: expected }).transform((text, context) => {
    const bytes = parseByteSize(text);
    if (bytes !== undefined && bytes >= min && bytes <= max) return bytes;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}
