import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';

describe('Payload', () => {
  it('holds the bytes of args and kwargs', () => {
    const payload = Payload.of(jsonFormat, [1, 'é'], { a: null });
    equal(payload.argsBytes?.toString(), '[1,"é"]');
    equal(payload.kwargsBytes?.toString(), '{"a":null}');
    equal(payload.format, jsonFormat);
  });

  // MSG-17
  it('has no bytes for what is empty, and decodes it as empty', () => {
    for (const payload of [Payload.of(jsonFormat), Payload.of(jsonFormat, [], {})]) {
      deepEqual([payload.argsBytes, payload.kwargsBytes], [undefined, undefined]);
      deepEqual([payload.decodeArgs(), payload.decodeKwargs()], [[], {}]);
    }
  });

  it('gives fresh values at each decoding', () => {
    const payload = Payload.of(jsonFormat, [{ a: 1 }], { b: [2] });
    deepEqual(payload.decodeArgs(), [{ a: 1 }]);
    notEqual(payload.decodeArgs(), payload.decodeArgs());
    deepEqual(payload.decodeKwargs(), { b: [2] });
    notEqual(payload.decodeKwargs(), payload.decodeKwargs());
  });

  it('is not changed by what happens to its source afterwards', () => {
    const args = [1];
    const payload = Payload.of(jsonFormat, args);
    args.push(2);
    deepEqual(payload.decodeArgs(), [1]);
  });

  it('throws TypeError at once for what the format cannot express', () => {
    throws(() => Payload.of(jsonFormat, [1n]), TypeError);
    throws(() => Payload.of(jsonFormat, [], { a: 1n }), TypeError);
  });
});
