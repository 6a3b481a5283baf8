/** A value of a binary format in hex, with or without spaces; what is written in JavaScript is what it is read as. */
export type BinaryVector = readonly [hex: string, value: unknown];

/** How a value begins, and whether a message with it is accepted. */
export interface LeadByte {
  /** A whole value that begins with it, in hex. */
  readonly sample: string;
  readonly isAccepted: boolean;
  /** Whether it may be a key of a dict. */
  readonly isKey?: boolean;
}

const byte = (value: number): string => value.toString(16).padStart(2, '0');
const accepted = (sample: string): LeadByte => ({ sample, isAccepted: true });
const refused = (sample: string): LeadByte => ({ sample, isAccepted: false });
const key = (sample: string): LeadByte => ({ sample, isAccepted: true, isKey: true });

/** Entries of a dict with the keys `a`, `b`, `c` ..., and null for values. */
const entries = (count: number, textOfOne: string, none: string): string =>
  Array.from({ length: count }, (_, index) => `${textOfOne}${byte(0x61 + index)}${none}`).join('');

/** From 0xc0 to 0xdf. */
const MSGPACK_LEADS: readonly LeadByte[] = [
  ...[accepted('c0'), refused('c1'), accepted('c2'), accepted('c3')],
  ...[accepted('c40100'), accepted('c5000100'), accepted('c60000000100')],
  // Extensions: 8, 16 and 32 bits of length.
  ...[refused('c7010500'), refused('c800010500'), refused('c9000000010500')],
  ...[accepted('ca3fc00000'), accepted('cb3ff8000000000000')],
  ...[accepted('cc01'), accepted('cd0001'), accepted('ce00000001'), accepted('cf0000000000000001')],
  ...[accepted('d0ff'), accepted('d1ffff'), accepted('d2ffffffff'), accepted('d3ffffffffffffffff')],
  // Extensions of 1, 2, 4, 8 and 16 bytes.
  ...[refused('d40500'), refused('d5050000'), refused('d60500000000')],
  ...[refused(`d705${'00'.repeat(8)}`), refused(`d805${'00'.repeat(16)}`)],
  ...[key('d90161'), key('da000161'), key('db0000000161')],
  ...[accepted('dc0001c0'), accepted('dd00000001c0')],
  ...[accepted('de0001a161c0'), accepted('df00000001a161c0')],
];

/** A value for each of the 256 first bytes of MessagePack. */
export function msgpackLead(lead: number): LeadByte {
  const low = lead & 0x1f;
  if (lead < 0x80 || lead >= 0xe0) return accepted(byte(lead));
  if (lead < 0x90) return accepted(`${byte(lead)}${entries(lead & 0x0f, 'a1', 'c0')}`);
  if (lead < 0xa0) return accepted(`${byte(lead)}${'c0'.repeat(lead & 0x0f)}`);
  if (lead < 0xc0) return key(`${byte(lead)}${'61'.repeat(low)}`);
  return MSGPACK_LEADS[lead - 0xc0] ?? refused(byte(lead));
}

/** What follows the head of each major type of CBOR when its argument is 1: a byte, a letter, an element, an entry. */
const CBOR_CONTENTS = ['', '', '00', '61', 'f6', '6161f6'];
const CBOR_WIDTHS = ['01', '0001', '00000001', '0000000000000001'];
/** From tag 0 on: a date as text, a date as a number, a bignum, a negative one. */
const CBOR_TAGGED = [`74${Buffer.from('2013-03-21T20:04:00Z').toString('hex')}`, '00', '40', '40'];
/** From 0xf4 on: false, true, null and undefined, a simple value of one byte, floats of 16, 32 and 64 bits. */
const CBOR_SIMPLE = [
  ...[accepted('f4'), accepted('f5'), accepted('f6'), accepted('f7'), refused('f8ff')],
  ...[accepted('f93e00'), accepted('fa3fc00000'), accepted('fb3ff8000000000000')],
];

/** A value for each of the 256 first bytes of CBOR. */
export function cborLead(lead: number): LeadByte {
  const [major, info] = [lead >> 5, lead & 0x1f];
  if (major === 6) return cborTag(lead, info);
  if (major === 7) return CBOR_SIMPLE[lead - 0xf4] ?? refused(byte(lead));
  const made = major === 3 ? key : accepted;
  if (info < 24) return made(`${byte(lead)}${cborContents(major, info)}`);
  const width = CBOR_WIDTHS[info - 24];
  if (width !== undefined) return made(`${byte(lead)}${width}${cborContents(major, 1)}`);
  // 28 to 30 are reserved; an integer has no indefinite form.
  if (info < 31 || major < 2) return refused(`${byte(lead)}00`);
  return made(`${byte(lead)}${cborChunk(major)}ff`);
}

/** One part of an item of indefinite length. */
const cborChunk = (major: number): string =>
  major < 4 ? `${byte((major << 5) | 1)}${CBOR_CONTENTS[major] ?? ''}` : cborContents(major, 1);

function cborContents(major: number, count: number): string {
  return major === 5 ? entries(count, '61', 'f6') : (CBOR_CONTENTS[major] ?? '').repeat(count);
}

function cborTag(lead: number, info: number): LeadByte {
  const tagged = CBOR_TAGGED[info];
  if (tagged !== undefined) return accepted(`${byte(lead)}${tagged}`);
  // The mark of CBOR has 16 bits; the one of 8 bits here is tag 1.
  if (info === 24) return accepted(`${byte(lead)}0100`);
  if (info === 25) return accepted(`${byte(lead)}d9f700`);
  if (info === 26) return accepted(`${byte(lead)}0000d9f700`);
  if (info === 27) return accepted(`${byte(lead)}000000000000d9f700`);
  return refused(`${byte(lead)}00`);
}

/** Values of MessagePack, in each of the forms that they may have. */
export const MSGPACK_VALUES: readonly BinaryVector[] = [
  ...([
    ['00', 0],
    ['7f', 127],
    ['cc00', 0],
    ['cc7f', 127],
    ['ccff', 255],
  ] as const),
  ...([
    ['cd0000', 0],
    ['cdffff', 65535],
    ['ce00000000', 0],
    ['ceffffffff', 4294967295],
  ] as const),
  ...([
    ['cf0000000000000000', 0],
    ['cf001fffffffffffff', 2 ** 53 - 1],
  ] as const),
  ...([
    ['cf0020000000000000', 2 ** 53],
    ['cf0020000000000001', 2n ** 53n + 1n],
  ] as const),
  ...([
    ['cfffffffffffffffff', 2n ** 64n - 1n],
    ['d3ffdfffffffffffff', -(2n ** 53n) - 1n],
  ] as const),
  ...([
    ['ff', -1],
    ['e0', -32],
    ['d080', -128],
    ['d07f', 127],
    ['d18000', -32768],
  ] as const),
  ...([
    ['d10001', 1],
    ['d280000000', -2147483648],
    ['d27fffffff', 2147483647],
  ] as const),
  ...([
    ['d38000000000000000', -(2n ** 63n)],
    ['d37fffffffffffffff', 2n ** 63n - 1n],
  ] as const),
  ...([
    ['d3ffe0000000000000', -(2 ** 53)],
    ['d30000000000000001', 1],
  ] as const),
  ...([
    ['ca00000000', 0],
    ['ca80000000', -0],
    ['ca3f800000', 1],
    ['ca7f800000', Infinity],
  ] as const),
  ...([
    ['caff800000', -Infinity],
    ['ca7fc00000', NaN],
    ['cb8000000000000000', -0],
  ] as const),
  ...([
    ['cb3ff199999999999a', 1.1],
    ['cb7ff8000000000000', NaN],
    ['cb0000000000000001', 5e-324],
  ] as const),
  ...([
    ['a0', ''],
    ['d900', ''],
    ['da0000', ''],
    ['db00000000', ''],
    ['a3e282ac', '€'],
  ] as const),
  ...([
    ['d903e282ac', '€'],
    ['a4f09f8e88', '🎈'],
    ['a3efbbbf', '\ufeff'],
    ['a100', '\u0000'],
  ] as const),
  ...([
    ['90', []],
    ['dc0000', []],
    ['dd00000000', []],
    ['80', {}],
    ['de0000', {}],
    ['df00000000', {}],
  ] as const),
  // MSG-16: the last of two equal keys; msgpackr's undefined is none at all.
  ...([
    ['82a16101a16102', { a: 2 }],
    ['82a16101d9016102', { a: 2 }],
    ['82a16101a161c0', { a: null }],
  ] as const),
  ...([
    ['82a16101a161d40000', {}],
    ['83a16101a161d40000a16103', { a: 3 }],
    ['92d4000001', [null, 1]],
  ] as const),
];

/** Values of CBOR, in each of the forms that they may have. */
export const CBOR_VALUES: readonly BinaryVector[] = [
  ...([
    ['00', 0],
    ['17', 23],
    ['1800', 0],
    ['1817', 23],
    ['18ff', 255],
    ['190000', 0],
  ] as const),
  ...([
    ['19ffff', 65535],
    ['1a00000000', 0],
    ['1affffffff', 4294967295],
  ] as const),
  ...([
    ['1b0000000000000000', 0],
    ['1b0020000000000000', 2 ** 53],
  ] as const),
  ...([
    ['1b0020000000000001', 2n ** 53n + 1n],
    ['1bffffffffffffffff', 2n ** 64n - 1n],
  ] as const),
  ...([
    ['20', -1],
    ['3800', -1],
    ['390000', -1],
    ['3bffffffffffffffff', -(2n ** 64n)],
  ] as const),
  ...([
    ['3b001fffffffffffff', -(2 ** 53)],
    ['3b0020000000000000', -(2n ** 53n) - 1n],
  ] as const),
  ...([
    ['f90000', 0],
    ['f98000', -0],
    ['f93c00', 1],
    ['f90001', 2 ** -24],
    ['f903ff', 1023 * 2 ** -24],
  ] as const),
  ...([
    ['f90400', 2 ** -14],
    ['f97bff', 65504],
    ['f97c00', Infinity],
    ['f9fc00', -Infinity],
  ] as const),
  ...([
    ['f97e00', NaN],
    ['f97c01', NaN],
    ['f9c400', -4],
    ['fa47c35000', 100000],
  ] as const),
  ...([
    ['fa7f800000', Infinity],
    ['fb3ff199999999999a', 1.1],
    ['fb7ff8000000000000', NaN],
  ] as const),
  ...([
    ['60', ''],
    ['7800', ''],
    ['7b0000000000000000', ''],
    ['7fff', ''],
    ['7f60ff', ''],
  ] as const),
  ...([
    ['63e282ac', '€'],
    ['7f6161780162ff', 'ab'],
    ['7f63e282ac6161ff', '€a'],
    ['6100', '\u0000'],
  ] as const),
  ...([
    ['80', []],
    ['9800', []],
    ['9fff', []],
    ['9f01ff', [1]],
    ['9f9f01ff9fffff', [[1], []]],
  ] as const),
  ...([
    ['a0', {}],
    ['b800', {}],
    ['bfff', {}],
    ['bf616101ff', { a: 1 }],
  ] as const),
  ...([
    ['c240', 0],
    ['c24101', 1],
    ['c340', -1],
    ['c249010000000000000000', 2n ** 64n],
  ] as const),
  ...([
    ['c25f41014100ff', 256],
    ['d9d9f701', 1],
    ['d9d9f7d9d9f780', []],
    ['c11a514b67b0', 1363896240],
  ] as const),
  // MSG-16: the last of two equal keys; undefined is none at all.
  ...([
    ['a2616101616102', { a: 2 }],
    ['a26161017f6161ff02', { a: 2 }],
    ['bf616101616102ff', { a: 2 }],
  ] as const),
  ...([
    ['a26161016161f6', { a: null }],
    ['a26161016161f7', {}],
    ['82f701', [null, 1]],
  ] as const),
];
