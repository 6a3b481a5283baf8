import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Payload, type List, type PayloadFormat } from '../../../src/router/protocol/payload.js';
import { cborFormat } from '../../../src/router/serializer/cbor-serializer.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';
import { msgpackFormat } from '../../../src/router/serializer/msgpack-serializer.js';

/** A list that contains itself. */
function endless(): List {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

describe('Payload', () => {
  it('holds the bytes of args and kwargs', () => {
    const payload = Payload.of(jsonFormat, [1, 'é'], { a: null });
    equal(payload.argsBytes?.toString(), '[1,"é"]');
    equal(payload.kwargsBytes?.toString(), '{"a":null}');
    equal(payload.format, jsonFormat);
  });

  it('keeps values as they were when it was made, also where nobody has asked for bytes yet', () => {
    const inner = [1];
    const payload = Payload.of(jsonFormat, [inner, undefined, 'x'], {
      gone: undefined,
      kept: inner,
    });
    const plain = Payload.of(jsonFormat, [inner], { kept: inner });
    inner.push(2);
    deepEqual(payload.decodeArgs(), [[1], null, 'x']);
    deepEqual([plain.decodeArgs(), plain.decodeKwargs()], [[[1]], { kept: [1] }]);
    equal(plain.argsBytes?.toString(), '[[1]]');
    equal(plain.kwargsIn(jsonFormat)?.toString(), '{"kept":[1]}');
    deepEqual(cborFormat.decode(plain.argsIn(cborFormat) ?? Buffer.alloc(0)), [[1]]);
    deepEqual([plain.decodeArgs(), plain.decodeKwargs()], [[[1]], { kept: [1] }]);
  });

  // MSG-17
  it('has no bytes for what is empty, and decodes it as empty', () => {
    for (const payload of [Payload.of(jsonFormat), Payload.of(jsonFormat, [], {})]) {
      deepEqual([payload.argsBytes, payload.kwargsBytes], [undefined, undefined]);
      deepEqual([payload.argsIn(cborFormat), payload.kwargsIn(cborFormat)], [undefined, undefined]);
      deepEqual([payload.decodeArgs(), payload.decodeKwargs()], [[], {}]);
    }
  });

  it('gives fresh values at each decoding', () => {
    for (const format of [jsonFormat, msgpackFormat, cborFormat]) {
      const payload = Payload.of(format, [{ a: 1 }], { b: [2] });
      deepEqual(payload.decodeArgs(), [{ a: 1 }]);
      notEqual(payload.decodeArgs(), payload.decodeArgs());
      deepEqual(payload.decodeKwargs(), { b: [2] });
      notEqual(payload.decodeKwargs(), payload.decodeKwargs());
    }
  });

  it('does not share binary with those who decode it', () => {
    for (const format of [msgpackFormat, cborFormat]) {
      const payload = Payload.of(format, [Uint8Array.of(1, 2)]);
      const [binary] = payload.decodeArgs();
      (binary as Uint8Array).fill(9);
      deepEqual(payload.decodeArgs(), [Buffer.of(1, 2)]);
    }
  });

  it('is not changed by what happens to its source afterwards', () => {
    const args = [1];
    const payload = Payload.of(jsonFormat, args);
    args.push(2);
    deepEqual(payload.decodeArgs(), [1]);
  });

  it('throws TypeError at once for what the format cannot express', () => {
    for (const format of [jsonFormat, msgpackFormat, cborFormat]) {
      throws(() => Payload.of(format, endless()), TypeError);
      throws(() => Payload.of(format, [], { a: endless() }), TypeError);
    }
  });
});

describe('Payload in another format', () => {
  it('is passed on as the same bytes where the formats agree', () => {
    const payload = Payload.of(jsonFormat, [1], { a: 2 });
    equal(payload.argsIn(jsonFormat), payload.argsBytes);
    equal(payload.kwargsIn({ ...jsonFormat }), payload.kwargsBytes);
  });

  it('is converted once for each format, however many ask', () => {
    const payload = Payload.of(jsonFormat, [1], { a: 2 });
    for (const format of [msgpackFormat, cborFormat]) {
      const bytes = [payload.argsIn(format), payload.kwargsIn(format)];
      deepEqual(bytes, [format.encode([1]), format.encode({ a: 2 })]);
      equal(payload.argsIn(format), bytes[0]);
      equal(payload.kwargsIn(format), bytes[1]);
    }
    equal(payload.argsIn(msgpackFormat), payload.argsIn(msgpackFormat));
  });

  it('is read exactly for it, not as for those who look into it', () => {
    const silent: PayloadFormat = {
      ...jsonFormat,
      name: 'silent',
      decode: () => {
        throw new Error('decoded');
      },
    };
    const payload = new Payload(silent, Buffer.from('[1]'), undefined);
    deepEqual(payload.argsIn(msgpackFormat), Buffer.of(0x91, 1));
    equal(payload.kwargsIn(msgpackFormat), undefined);
  });
});
