import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { newPublicationId, newSubscriptionId } from '../../../src/router/protocol/id.js';
import { MessageType, type ClientMessage } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat, jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { LENIENT, lenientSerializerSuite, serializerSuite } from '../../compliance/serializer.js';
import { fromBytes, toBytes } from '../../support/wire.js';

const serializer = jsonSerializer();
const decode = (text: string): ClientMessage => serializer.decode(Buffer.from(text));

/** The payload's bytes as they would be sent on. */
function payloadTextOf(text: string): (string | undefined)[] {
  const message = decode(text);
  const payload = 'payload' in message ? message.payload : Payload.of(jsonFormat);
  return [payload.argsBytes?.toString(), payload.kwargsBytes?.toString()];
}

describe('jsonSerializer', () => {
  serializerSuite(serializer, { write: toBytes, read: fromBytes });
  lenientSerializerSuite(jsonSerializer(LENIENT), { write: toBytes, read: fromBytes });

  it('is wamp.2.json in text messages', () => {
    deepEqual(
      [serializer.subprotocol, serializer.isBinary, serializer.format.name],
      ['wamp.2.json', false, 'json'],
    );
  });

  // SER-10: a number that JavaScript cannot hold is sent on as it came.
  it('passes the text of a payload on untouched', () => {
    deepEqual(payloadTextOf('[16,1,{},"a.b",[9007199254740993, 1.0 ],{"a" : "\\u00e9"}]'), [
      '[9007199254740993, 1.0 ]',
      '{"a" : "\\u00e9"}',
    ]);
  });

  for (const empty of ['[],{}', '[ ]', '[\n],{\t}', `[${' '.repeat(50)}]`]) {
    // MSG-17
    it(`takes the payload ${JSON.stringify(empty)} for none`, () => {
      deepEqual(payloadTextOf(`[16,1,{},"a.b",${empty}]`), [undefined, undefined]);
    });
  }

  // SER-2
  it('accepts all the white space that JSON allows', () => {
    const spaced = decode(' [\n16 ,\t1, { "acknowledge" :\r true } , "a\\u002eb" ] ');
    deepEqual(
      { ...spaced, payload: undefined },
      {
        type: 16,
        request: 1,
        options: { acknowledge: true },
        topic: 'a.b',
        payload: undefined,
      },
    );
  });

  // ID-10, ID-14: both texts are read as the number 2^53.
  it('tells 2^53 from 2^53 + 1', () => {
    equal(payloadTextOf('[48,9007199254740992,{},"a.b"]').length, 2);
    for (const id of ['9007199254740993', '9007199254740992.4', '9007199254740991.9']) {
      throws(() => decode(`[48,${id},{},"a.b"]`), ProtocolViolation, id);
      throws(() => decode(`[34,1,${id}]`), ProtocolViolation, id);
    }
  });

  // MSG-16: the last of equal keys wins, as in JSON.parse.
  it('lets the last of equal keys win', () => {
    throws(() => decode('[16,1,{"acknowledge":true,"acknowledge":1},"a.b"]'), ProtocolViolation);
    equal(decode('[16,1,{"acknowledge":1,"acknowledge":true},"a.b"]').type, MessageType.Publish);
  });

  // SER-15, SER-16, WS-10
  const broken = ['', ' ', '[', '[16', '[16,1', '[16,1,{},"a.b"', '[16,1,{},"a.b"]]', '\u0000'];
  const trailing = ['[1][1]', '[16,1,{},"a.b"] x', '[16,1,{},"a.b"],', '\ufeff[16,1,{},"a.b"]'];
  for (const text of [...broken, ...trailing]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      throws(() => decode(text), ProtocolViolation);
    });
  }

  it('refuses invalid UTF-8 wherever it is', () => {
    const publish = '[16,1,{"k":"?"},"a.?",["?"],{"?":1}]';
    for (let at = publish.indexOf('?'); at !== -1; at = publish.indexOf('?', at + 1)) {
      const bytes = Buffer.from(publish);
      equal(serializer.decode(bytes).type, MessageType.Publish);
      bytes[at] = 0xff;
      throws(() => serializer.decode(bytes), ProtocolViolation, `at ${at}`);
    }
  });

  it('refuses what is nested deeper than the limit, and dicts of more keys', () => {
    const small = jsonSerializer({ depth: 3, keys: 2 });
    equal(small.decode(toBytes([16, 1, {}, 'a', [[]], { a: [], b: 1 }])).type, 16);
    throws(() => small.decode(toBytes([16, 1, {}, 'a', [[[]]]])), /nested too deeply/);
    throws(
      () => small.decode(toBytes([16, 1, {}, 'a', [], { a: 1, b: 2, c: 3 }])),
      /too many keys/,
    );
  });

  // SER-9
  it('keeps a string that begins with U+0000', () => {
    const payload = Payload.of(jsonFormat, ['\u0000AAEC', '\u0000no base64']);
    deepEqual(payload.decodeArgs(), ['\u0000AAEC', '\u0000no base64']);
  });

  it('writes a lone surrogate as an escape, never as invalid UTF-8', () => {
    const bytes = serializer.encode(
      {
        type: MessageType.Event,
        subscription: newSubscriptionId(),
        publication: newPublicationId(),
        details: { topic: '\ud800' },
        payload: Payload.of(jsonFormat, ['\udc00']),
      },
      () => 0,
    );
    equal(bytes.toString().includes('{"topic":"\\ud800"},["\\udc00"]]'), true);
  });
});
