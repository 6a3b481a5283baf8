import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import type { ClientMessage } from '../../../src/router/protocol/message.js';
import { jsonFormat, jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { depthVectors, JSON_VECTORS } from './vectors/json-vectors.js';
import { INVALID_UTF8, VALID_UTF8 } from './vectors/utf8-vectors.js';

const MESSAGE = '[16,1,{},"a.b",["c"],{"d":"é"}]';
/** How deep the value in the first place may be: the message and its arguments are two levels of 64. */
const ROOM = 62;

/** The places of a message in which an application's value may stand, and where its value is then to be found. */
const PLACES: readonly (readonly [before: string, after: string])[] = [
  ['[16,1,{},"a.b",[', ']]'],
  ['[16,1,{},"a.b",[],{"k":', '}]'],
  ['[16,1,{"_x":', '},"a.b"]'],
  ['[16,1,{},"a.b",[{"k":[0,', ',1]}]]'],
];
const [[before, after]] = [PLACES[0] ?? ['', '']];

const serializer = jsonSerializer();
const utf8 = new TextDecoder('utf8', { fatal: true, ignoreBOM: true });

/** The message's elements as `JSON.parse` has them; throws what it throws. */
const parsed = (bytes: Buffer): unknown => JSON.parse(utf8.decode(bytes));

const refuses = (bytes: Buffer): void => {
  throws(() => serializer.decode(bytes), ProtocolViolation, show(bytes));
};

const show = (bytes: Buffer): string => JSON.stringify(bytes.toString().slice(0, 200));

/** The elements that a decoded PUBLISH has, with empty arguments as they were. */
function elementsOf(message: ClientMessage): unknown[] {
  if (message.type !== 16) throw new TypeError('no PUBLISH');
  const { type, request, options, topic, payload } = message;
  return [type, request, options, topic, payload.decodeArgs(), payload.decodeKwargs()];
}

/** Asserts that a message is accepted, and read as `JSON.parse` reads it. */
function accepts(bytes: Buffer): void {
  const [type, request, options, topic, args = [], kwargs = {}] = parsed(bytes) as unknown[];
  deepEqual(
    elementsOf(serializer.decode(bytes)),
    [type, request, options, topic, args, kwargs],
    show(bytes),
  );
}

describe('A value of JSON in a message', () => {
  for (const { title, accepted, refused } of JSON_VECTORS) {
    it(`is accepted as RFC 8259 writes it: ${title}`, () => {
      for (const value of accepted) {
        for (const [head, tail] of PLACES) accepts(Buffer.from(`${head}${value}${tail}`));
      }
    });

    it(`is refused where RFC 8259 has no such thing: ${title}`, () => {
      for (const value of refused) {
        for (const [head, tail] of PLACES) {
          const bytes = Buffer.from(`${head}${value}${tail}`);
          refuses(bytes);
          throws(() => parsed(bytes), SyntaxError, show(bytes));
        }
      }
    });
  }

  it('is accepted up to the limit of depth and refused beyond', () => {
    const { accepted, refused } = depthVectors(ROOM);
    for (const value of accepted) accepts(Buffer.from(`${before}${value}${after}`));
    for (const value of refused) refuses(Buffer.from(`${before}${value}${after}`));
  });

  // MSG-16: the same for who looks inside and for who converts.
  it('has the last of two equal keys, also on its way into another format', () => {
    const text = String.raw`[{"a":1,"\u0061":[2],"a":{"b":1,"b":null}},{"a":"\u0000AA==","a":12345678901234567890}]`;
    const last = [{ a: { b: null } }, { a: 12345678901234567890n }];
    deepEqual(jsonFormat.decodeExactly(Buffer.from(text)), last);
    deepEqual(jsonFormat.decode(Buffer.from(text)), [
      { a: { b: null } },
      { a: 12345678901234567000 },
    ]);
    const options = '{"acknowledge":true,"acknowledge":false}';
    const message = serializer.decode(Buffer.from(`[16,1,${options},"a.b"]`));
    deepEqual(elementsOf(message), [16, 1, { acknowledge: false }, 'a.b', [], {}]);
  });
});

describe('UTF-8 in a message', () => {
  const inTexts = (hex: string): Buffer[] =>
    ['"', '{"', '{"k":"'].map((open) => {
      const close = open === '{"' ? '":1}' : open === '"' ? '"' : '"}';
      return Buffer.concat([
        Buffer.from(`${before}${open}`),
        Buffer.from(hex, 'hex'),
        Buffer.from(`${close}${after}`),
      ]);
    });

  for (const [kind, texts] of Object.entries(VALID_UTF8)) {
    it(`is accepted: ${kind}`, () => {
      for (const bytes of texts.flatMap(inTexts)) accepts(bytes);
    });
  }

  for (const [kind, texts] of Object.entries(INVALID_UTF8)) {
    it(`is refused: ${kind}`, () => {
      for (const bytes of texts.flatMap(inTexts)) {
        refuses(bytes);
        throws(() => parsed(bytes), TypeError);
      }
    });

    it(`is refused outside of texts: ${kind}`, () => {
      for (const text of texts) {
        const bad = Buffer.from(text, 'hex');
        refuses(Buffer.concat([Buffer.from(MESSAGE), bad]));
        refuses(Buffer.concat([bad, Buffer.from(MESSAGE)]));
        refuses(Buffer.concat([Buffer.from(before), bad, Buffer.from(after)]));
      }
    });
  }
});

describe('A text as a message', () => {
  it('may have white space around it', () => {
    for (const text of [`  ${MESSAGE}`, `${MESSAGE}\n`, `\t\r\n ${MESSAGE} \n\r\t`]) {
      accepts(Buffer.from(text));
    }
  });

  it('is refused when it is empty, no list, more than one, or something else is around it', () => {
    for (const text of [
      ...[
        '',
        ' ',
        '\n',
        '\u0000',
        '{}',
        '1',
        '"a"',
        'null',
        'true',
        '[]',
        '[[]]',
        '\ufeff',
        '[',
        ']',
      ],
      ...[
        `${MESSAGE}${MESSAGE}`,
        `${MESSAGE} ${MESSAGE}`,
        `${MESSAGE},`,
        `,${MESSAGE}`,
        `${MESSAGE}]`,
      ],
      ...[
        `${MESSAGE}x`,
        `${MESSAGE}1`,
        `${MESSAGE}\u0000`,
        `\u0000${MESSAGE}`,
        `${MESSAGE}//`,
        `[${MESSAGE}`,
      ],
      ...[
        `\ufeff${MESSAGE}`,
        `${MESSAGE}\ufeff`,
        `/**/${MESSAGE}`,
        `${MESSAGE}\u000c`,
        `)]}'\n${MESSAGE}`,
      ],
      ...[
        `data: ${MESSAGE}`,
        `while(1);${MESSAGE}`,
        `${MESSAGE};`,
        `${MESSAGE}\u001e`,
        `\u001e${MESSAGE}`,
      ],
    ]) {
      refuses(Buffer.from(text));
    }
  });

  it('is refused in UTF-16 and UTF-32, with a mark of byte order and without', () => {
    for (const text of [MESSAGE, `\ufeff${MESSAGE}`]) {
      const little = Buffer.from(text, 'utf16le');
      refuses(little);
      refuses(Buffer.from(little).swap16());
      refuses(
        Buffer.concat(Array.from(text, (each) => Buffer.from([each.charCodeAt(0), 0, 0, 0]))),
      );
    }
  });

  it('is refused wherever it is cut off', () => {
    const bytes = Buffer.from(MESSAGE);
    accepts(bytes);
    for (let end = 0; end < bytes.length; end += 1) refuses(bytes.subarray(0, end));
    equal(bytes.length, MESSAGE.length + 1);
  });
});
