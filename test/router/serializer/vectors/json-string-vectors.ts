import type { JsonVectors } from './json-vectors.js';

const raw = String.raw;
/** Control characters, as they are. */
const CONTROLS = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code));
const SIMPLE_ESCAPES = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'];
const ASCII = Array.from({ length: 0x5f }, (_, index) => String.fromCharCode(0x20 + index));

/** Strings (RFC 8259, 7). */
export const STRING_VECTORS: readonly JsonVectors[] = [
  {
    title: 'escapes of strings',
    accepted: [
      ...SIMPLE_ESCAPES.map((letter) => `"\\${letter}"`),
      ...[raw`"\u0000"`, raw`"\u0041"`, raw`"\u00e9"`, raw`"\uABCD"`, raw`"\uabCD"`, raw`"\uffff"`],
      ...[raw`"\u0022"`, raw`"\u005c"`, raw`"\u002f"`, raw`"\u2028"`, raw`"\u007f"`, raw`"\ufeff"`],
      ...[raw`"\\u0041"`, raw`"\\\""`, raw`"\\\\"`, raw`"\"\"\""`, raw`"a\nb\tc"`, raw`"\\n"`],
      ...[raw`"\ud83c\udf88"`, raw`"\uDBFF\uDFFF"`, raw`"\uD800\uDC00"`, raw`"\u00411"`],
    ],
    refused: [
      ...ASCII.filter((letter) => letter !== 'u' && !SIMPLE_ESCAPES.includes(letter)).map(
        (letter) => `"\\${letter}"`,
      ),
      ...[
        raw`"\u"`,
        raw`"\u0"`,
        raw`"\u00"`,
        raw`"\u004"`,
        raw`"\u004g"`,
        raw`"\uG041"`,
        raw`"\u-041"`,
      ],
      ...[
        raw`"\u+041"`,
        raw`"\u 041"`,
        raw`"\u00 4"`,
        raw`"\u{41}"`,
        raw`"\U00000041"`,
        raw`"\x41"`,
      ],
      ...[
        raw`"\u00A"`,
        raw`"\uD83C\u"`,
        raw`"\uD83C\uDF8"`,
        raw`"\uD83C\x"`,
        raw`"\u０041"`,
        raw`"\é"`,
      ],
      ...[
        '"\\\n"',
        '"\\\u0000"',
        '"\\\t"',
        '"\\🎈"',
        raw`"\"`,
        raw`"\\\"`,
        raw`"\u12"34"`,
        raw`\"a"`,
      ],
    ],
  },
  {
    // They have no form in UTF-8; what a receiver makes of the escapes is its own affair (RFC 8259, 8.2).
    title: 'lone surrogates, escaped',
    accepted: [
      ...[
        raw`"\ud800"`,
        raw`"\udbff"`,
        raw`"\udc00"`,
        raw`"\udfff"`,
        raw`"a\ud800b"`,
        raw`"\uD888"`,
      ],
      ...[raw`"\udc00\ud800"`, raw`"\ud800\ud800\udc00"`, raw`"\ud800\n"`, raw`"\ud800\u0041"`],
    ],
    refused: [raw`"\ud800\u"`, raw`"\ud800\u1"`, raw`"\ud800\u1x"`, raw`"\ud800\"`],
  },
  {
    title: 'characters of strings',
    accepted: [
      ...['""', '" "', '"a"', '"\u007f"', '"\u0080"', '"\u00a0"', '"\u2028\u2029"', '"\ufeff"'],
      ...['"é"', '"日本"', '"🎈"', '"\u{10ffff}"', '"\ufffe\uffff"', '"e\u0301"', '"/"', '"\'"'],
      ...['"[{]},:"', '"null"', '"//"', '"/*"', '"<!--"', `"${'x'.repeat(100_000)}"`, '"\u200d"'],
    ],
    refused: [
      ...CONTROLS.map((control) => `"a${control}b"`),
      ...CONTROLS.map((control) => `"${control}"`),
      ...[
        '"',
        '"a',
        'a"',
        "'a'",
        "'a",
        '`a`',
        '“a”',
        'a',
        '"a"b',
        '"a""b"',
        '"a" "b"',
        '"a"1',
        '1"a"',
      ],
      ...[
        '"a"+"b"',
        '"""a"""',
        'u"a"',
        'b"a"',
        '/a/',
        '&quot;a&quot;',
        '"\n"',
        '"a\r\nb"',
        '"\ta"',
      ],
    ],
  },
];
