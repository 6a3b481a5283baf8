import { deepEqual, doesNotThrow, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import { msgpackSerializer } from '../../../src/router/serializer/msgpack-serializer.js';
import { DEFAULT_SERIALIZER_LIMITS } from '../../../src/router/serializer/serializer.js';
import { readCbor, readMsgpack } from '../../support/binary-oracles.js';
import { CBOR_VALUES, cborLead, MSGPACK_VALUES, msgpackLead } from './vectors/binary-vectors.js';
import { INVALID_UTF8, VALID_UTF8 } from './vectors/utf8-vectors.js';

const { depth } = DEFAULT_SERIALIZER_LIMITS;
const byte = (value: number): string => value.toString(16).padStart(2, '0');

const FORMATS = [
  {
    name: 'MessagePack',
    serializer: msgpackSerializer(),
    read: readMsgpack,
    leadOf: msgpackLead,
    values: MSGPACK_VALUES,
    /** PUBLISH with the value as an argument, as a keyword argument and as an option. */
    places: [
      (value: string) => `95100180a3612e6291${value}`,
      (value: string) => `96100180a3612e629081a16b${value}`,
      (value: string) => `94100181a25f78${value}a3612e62`,
    ],
    dictOf: (key: string) => `81${key}01`,
    listOf: (value: string) => `91${value}`,
    // A short text, where it is short, and the two longer forms.
    textsOf: (text: string) => [
      byte(0xa0 + text.length / 2) + text,
      `d9${byte(text.length / 2)}${text}`,
      `da00${byte(text.length / 2)}${text}`,
    ],
  },
  {
    name: 'CBOR',
    serializer: cborSerializer(),
    read: readCbor,
    leadOf: cborLead,
    values: CBOR_VALUES,
    places: [
      (value: string) => `851001a063612e6281${value}`,
      (value: string) => `861001a063612e6280a1616b${value}`,
      (value: string) => `841001a1625f78${value}63612e62`,
    ],
    dictOf: (key: string) => `a1${key}01`,
    listOf: (value: string) => `81${value}`,
    textsOf: (text: string) => [
      byte(0x60 + text.length / 2) + text,
      `78${byte(text.length / 2)}${text}`,
      `7f60${byte(0x60 + text.length / 2)}${text}ff`,
    ],
  },
];

const leads = Array.from({ length: 256 }, (_, lead) => lead);

for (const { name, serializer, read, leadOf, values, places, dictOf, listOf, textsOf } of FORMATS) {
  const inPlaces = (value: string): Buffer[] =>
    places.map((place) => Buffer.from(place(value), 'hex'));
  const accepts = (bytes: Buffer): void => {
    doesNotThrow(() => serializer.decode(bytes), bytes.toString('hex'));
    doesNotThrow(() => read(bytes, depth), bytes.toString('hex'));
  };
  const refuses = (bytes: Buffer): void => {
    throws(() => serializer.decode(bytes), ProtocolViolation, bytes.toString('hex'));
    throws(() => read(bytes, depth), Error, bytes.toString('hex'));
  };

  describe(`A value of ${name} in a message`, () => {
    it('is accepted or refused by its first byte, each of the 256', () => {
      for (const { sample, isAccepted } of leads.map(leadOf)) {
        for (const bytes of inPlaces(sample)) (isAccepted ? accepts : refuses)(bytes);
      }
    });

    it('is read alike in each of its forms', () => {
      for (const [hex, value] of values) {
        const format = serializer.format;
        deepEqual(format.decode(Buffer.from(hex, 'hex')), value, hex);
        deepEqual(format.decodeExactly(Buffer.from(hex, 'hex')), value, hex);
        for (const bytes of inPlaces(hex)) accepts(bytes);
      }
    });

    it('is refused wherever it is cut off', () => {
      const samples = [...leads.map((lead) => leadOf(lead).sample), ...values.map(([hex]) => hex)];
      for (const sample of samples) {
        const message = Buffer.from(places[0]?.(sample) ?? '', 'hex');
        const start = message.length - sample.length / 2;
        for (let end = start; end < message.length; end += 1) refuses(message.subarray(0, end));
      }
    });

    it('is refused with a byte too many', () => {
      const samples = leads.map(leadOf).filter(({ isAccepted }) => isAccepted);
      for (const { sample } of samples) {
        refuses(Buffer.from(`${places[0]?.(sample) ?? ''}00`, 'hex'));
      }
    });

    // MSG-15
    it('is a key if it is a text, whatever its first byte', () => {
      for (const { sample, isKey = false } of leads.map(leadOf)) {
        for (const bytes of inPlaces(dictOf(sample))) (isKey ? accepts : refuses)(bytes);
      }
    });

    it('may be nested up to the limit of depth', () => {
      const nested = (levels: number, open: (value: string) => string): string =>
        Array.from({ length: levels }).reduce<string>((value) => open(value), listOf('01'));
      const dict = (value: string): string =>
        `${dictOf(textsOf('61')[0] ?? '').slice(0, -2)}${value}`;
      for (const open of [listOf, dict]) {
        // The message, its arguments and the innermost list are three levels.
        const [deepest, tooDeep] = [nested(depth - 3, open), nested(depth - 2, open)];
        for (const bytes of inPlaces(deepest)) accepts(bytes);
        for (const bytes of inPlaces(tooDeep)) refuses(bytes);
      }
    });
  });

  describe(`UTF-8 in a text of ${name}`, () => {
    for (const [kind, texts] of Object.entries(VALID_UTF8)) {
      it(`is accepted: ${kind}`, () => {
        for (const text of texts.flatMap(textsOf)) {
          for (const bytes of [text, dictOf(text)].flatMap(inPlaces)) accepts(bytes);
        }
      });
    }

    for (const [kind, texts] of Object.entries(INVALID_UTF8)) {
      it(`is refused: ${kind}`, () => {
        for (const text of texts.flatMap(textsOf)) {
          for (const bytes of [text, dictOf(text)].flatMap(inPlaces)) refuses(bytes);
        }
      });
    }
  });
}

describe('A message of CBOR', () => {
  it('may be marked as such once, and of indefinite length', () => {
    const serializer = cborSerializer();
    const message = '1001a063612e62';
    equal(serializer.decode(Buffer.from(`d9d9f784${message}`, 'hex')).type, 16);
    equal(serializer.decode(Buffer.from(`9f${message}ff`, 'hex')).type, 16);
    for (const bytes of [
      `d9d9f7d9d9f784${message}`,
      `c184${message}`,
      `9f${message}`,
      `84${message}ff`,
    ]) {
      throws(() => serializer.decode(Buffer.from(bytes, 'hex')), ProtocolViolation, bytes);
    }
  });
});
