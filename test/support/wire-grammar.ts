import fc from 'fast-check';

/** A few texts in UTF-8, one of them with what is none. */
const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('', 'a', 'b', '__proto__', 'é', '🎈', '\u0000', '\ufeff'),
  },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);
const textBytes = fc.oneof(
  { weight: 12, arbitrary: text.map((each) => Buffer.from(each)) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 4 }).map((each) => Buffer.from(each)),
  },
);

const random = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));

/** A head with a length that follows it in so many bytes. */
function head(lead: number, value: number, width: number): Buffer {
  const length = Buffer.alloc(width);
  if (width > 0) length.writeUIntBE(value, Math.max(0, width - 4), Math.min(width, 4));
  return Buffer.concat([Buffer.of(lead), length]);
}

/** One of the forms in which a length may be written, short or not. */
type Form = (count: number) => Buffer;
const form = (...forms: readonly Form[]): fc.Arbitrary<Form> => fc.constantFrom(...forms);

const MSGPACK_FORMS = {
  text: form(
    (count) => (count < 32 ? head(0xa0 + count, 0, 0) : head(0xd9, count, 1)),
    ...(
      [
        [0xd9, 1],
        [0xda, 2],
        [0xdb, 4],
      ] as const
    ).map(
      ([lead, width]) =>
        (count: number) =>
          head(lead, count, width),
    ),
  ),
  list: form(
    (count) => head(0x90 + count, 0, 0),
    (count) => head(0xdc, count, 2),
    (count) => head(0xdd, count, 4),
  ),
  dict: form(
    (count) => head(0x80 + count, 0, 0),
    (count) => head(0xde, count, 2),
    (count) => head(0xdf, count, 4),
  ),
};

/** First bytes of a fixed size, an unused one and extensions among them, and how many bytes follow. */
const MSGPACK_SCALARS = [
  ...([
    [0xc0, 0],
    [0xc2, 0],
    [0xc3, 0],
    [0x00, 0],
    [0x7f, 0],
    [0xe0, 0],
    [0xff, 0],
  ] as const),
  ...([
    [0xca, 4],
    [0xcb, 8],
    [0xcc, 1],
    [0xcd, 2],
    [0xce, 4],
    [0xcf, 8],
  ] as const),
  ...([
    [0xd0, 1],
    [0xd1, 2],
    [0xd2, 4],
    [0xd3, 8],
    [0xd4, 2],
    [0xc1, 0],
  ] as const),
] as const;

const joined = (parts: readonly (Buffer | readonly Buffer[])[]): Buffer =>
  Buffer.concat(parts.flat());

/**
 * A value of MessagePack as its grammar has it, in any of the forms of a length, with equal keys, and now and then with something that must be
 * refused: other keys than texts, bad UTF-8, extensions, too great a depth.
 */
export const msgpackValue: fc.Arbitrary<Buffer> = fc.letrec<{
  value: Buffer;
  key: Buffer;
  text: Buffer;
}>((tie) => ({
  text: fc
    .tuple(MSGPACK_FORMS.text, textBytes)
    .map(([formOf, bytes]) => joined([formOf(bytes.length), bytes])),
  key: fc.oneof({ weight: 30, arbitrary: tie('text') }, { weight: 1, arbitrary: tie('value') }),
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc
      .constantFrom(...MSGPACK_SCALARS)
      .chain(([lead, size]) => random(size).map((rest) => joined([Buffer.of(lead), rest]))),
    tie('text'),
    random(3).map((bytes) => joined([head(0xc4, 3, 1), bytes])),
    fc
      .tuple(MSGPACK_FORMS.list, fc.array(tie('value'), { maxLength: 4 }))
      .map(([formOf, values]) => joined([formOf(values.length), values])),
    fc
      .tuple(MSGPACK_FORMS.dict, fc.array(fc.tuple(tie('key'), tie('value')), { maxLength: 4 }))
      .map(([formOf, entries]) => joined([formOf(entries.length), entries.flat()])),
  ),
})).value;

const cborHead = (major: number, info: number): number => (major << 5) | info;
const cborForm = (major: number): fc.Arbitrary<Form> =>
  form(
    (count) =>
      count < 24 ? head(cborHead(major, count), 0, 0) : head(cborHead(major, 24), count, 1),
    ...[1, 2, 4, 8].map(
      (width, index) => (count: number) => head(cborHead(major, 24 + index), count, width),
    ),
  );

/** First bytes with what may follow them, reserved ones and simple values among them. */
const CBOR_SCALARS = [
  ...([
    [0x00, 0],
    [0x17, 0],
    [0x18, 1],
    [0x19, 2],
    [0x1a, 4],
    [0x1b, 8],
    [0x20, 0],
    [0x38, 1],
  ] as const),
  ...([
    [0x3b, 8],
    [0xf4, 0],
    [0xf5, 0],
    [0xf6, 0],
    [0xf7, 0],
    [0xf9, 2],
    [0xfa, 4],
    [0xfb, 8],
  ] as const),
  ...([
    [0x1c, 0],
    [0xf8, 1],
    [0xf0, 0],
    [0xff, 0],
  ] as const),
] as const;
const TAGS = ['c2', 'c3', 'd9d9f7', 'd80100', 'c0', 'c1', 'd818', 'd9d9f7d9d9f7'].map((tag) =>
  Buffer.from(tag, 'hex'),
);

/** Like {@link msgpackValue}, for CBOR: with items of indefinite length and with tags. */
export const cborValue: fc.Arbitrary<Buffer> = fc.letrec<{
  value: Buffer;
  key: Buffer;
  text: Buffer;
}>((tie) => ({
  text: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(cborForm(3), textBytes)
        .map(([formOf, bytes]) => joined([formOf(bytes.length), bytes])),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('text'), { maxLength: 2 })
        .map((chunks) => joined([Buffer.of(0x7f), chunks, Buffer.of(0xff)])),
    },
  ),
  key: fc.oneof({ weight: 30, arbitrary: tie('text') }, { weight: 1, arbitrary: tie('value') }),
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc
      .constantFrom(...CBOR_SCALARS)
      .chain(([lead, size]) => random(size).map((rest) => joined([Buffer.of(lead), rest]))),
    tie('text'),
    fc.tuple(cborForm(2), random(3)).map(([formOf, bytes]) => joined([formOf(3), bytes])),
    fc.tuple(fc.constantFrom(...TAGS), tie('value')).map(joined),
    fc
      .tuple(cborForm(4), fc.array(tie('value'), { maxLength: 4 }))
      .map(([formOf, values]) => joined([formOf(values.length), values])),
    fc
      .array(tie('value'), { maxLength: 3 })
      .map((values) => joined([Buffer.of(0x9f), values, Buffer.of(0xff)])),
    fc
      .tuple(cborForm(5), fc.array(fc.tuple(tie('key'), tie('value')), { maxLength: 4 }))
      .map(([formOf, entries]) => joined([formOf(entries.length), entries.flat()])),
    fc
      .array(fc.tuple(tie('key'), tie('value')), { maxLength: 3 })
      .map((entries) => joined([Buffer.of(0xbf), entries.flat(), Buffer.of(0xff)])),
  ),
})).value;

const space = fc.constantFrom('', '', '', ' ', '\t\n\r', '\u00a0');
const NUMBERS = [
  '0',
  '-0',
  '1',
  '12',
  '1.5',
  '1e5',
  '-1E-3',
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  '9007199254740993',
  '1e999',
];
const STRINGS = [
  String.raw`"\u0061"`,
  String.raw`"\ud800"`,
  String.raw`"\n"`,
  '"a"',
  '"b"',
  '""',
  '"é🎈"',
  '"a',
  String.raw`"\x"`,
  '"\t"',
];

/** A value of JSON as its grammar has it, with equal keys, and now and then with something that must be refused. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    fc.constantFrom('null', 'true', 'false', 'nul', ...NUMBERS),
    fc.constantFrom(...STRINGS),
    text.map((each) => JSON.stringify(each)),
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 4 }))
      .map(([gap, values]) => `[${gap}${values.join(`${gap},`)}${gap}]`),
    fc
      .tuple(space, fc.array(fc.tuple(fc.constantFrom(...STRINGS), tie('value')), { maxLength: 4 }))
      .map(
        ([gap, entries]) =>
          `{${entries.map(([key, value]) => `${gap}${key}${gap}:${value}`).join()}${gap}}`,
      ),
  ),
})).value;
