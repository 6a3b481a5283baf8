import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unmask } from '../../../../src/router/transport/websocket/websocket-mask.js';

const MASKS = ['37fa213d', '00000000', 'ffffffff', '80000001', '00ff00ff', '01000000', '000000fe'];
const MASK_BYTES = 4;
const LONGEST = 200;

/** So many bytes that begin at `byteOffset` of their memory, none like its neighbours. */
function bytesAt(byteOffset: number, length: number): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(byteOffset + length), byteOffset, length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 37 + byteOffset) % 256;
  return bytes;
}

/** As the RFC puts it: octet i of the payload is turned with octet i modulo 4 of the mask. */
function expected(bytes: Buffer, maskAt: number, start: number, end: number): Buffer {
  return Buffer.from(
    bytes.map((byte, at) =>
      at < start || at >= end ? byte : byte ^ (bytes[maskAt + ((at - start) % 4)] ?? 0),
    ),
  );
}

// RFC 6455, 5.3
describe('unmask', () => {
  for (let byteOffset = 0; byteOffset < 8; byteOffset += 1) {
    it(`takes the mask off every length at every start, in memory that begins at ${byteOffset}`, () => {
      for (let start = MASK_BYTES; start < MASK_BYTES + 8; start += 1) {
        for (let length = 0; length <= LONGEST; length += 1) {
          const bytes = bytesAt(byteOffset, start + length + 5);
          const maskAt = start - MASK_BYTES;
          bytes.write(MASKS[length % MASKS.length] ?? '', maskAt, 'hex');
          const unmasked = expected(bytes, maskAt, start, start + length);
          unmask(bytes, maskAt, start, start + length);
          deepEqual(bytes, unmasked);
        }
      }
    });
  }

  for (const mask of MASKS) {
    it(`takes the mask ${mask} off long and short payloads`, () => {
      for (const length of [0, 1, 4, 5, 47, 48, 49, 1000, 65_537]) {
        const bytes = bytesAt(1, MASK_BYTES + length);
        bytes.write(mask, 0, 'hex');
        const unmasked = expected(bytes, 0, MASK_BYTES, bytes.length);
        unmask(bytes, 0, MASK_BYTES, bytes.length);
        deepEqual(bytes, unmasked);
      }
    });
  }

  it('reads a mask that is not in front of the payload', () => {
    const bytes = bytesAt(3, 120);
    const unmasked = expected(bytes, 2, 11, 110);
    unmask(bytes, 2, 11, 110);
    deepEqual(bytes, unmasked);
  });
});
