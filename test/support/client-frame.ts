/** How a frame of a client differs from one that is whole, masked and as short as can be. */
export interface FrameShape {
  /** Whether no fragment follows. Default true. */
  readonly isLast?: boolean;
  /** The bits 0x70 of the first byte. Default none. */
  readonly reserved?: number;
  /** Default {@link MASK}; undefined: not masked. */
  readonly mask?: Uint8Array | undefined;
  /** Bytes of length behind the second byte. Default as few as can be. */
  readonly lengthBytes?: 0 | 2 | 8;
}

/** A mask that leaves no byte as it is. */
export const MASK: Uint8Array = Buffer.from('37fa213d', 'hex');

/** A frame of a client, written down byte by byte from the RFC (RFC 6455, 5.2 and 5.3). */
export function clientFrame(
  opcode: number,
  payload: string | Uint8Array = '',
  shape: FrameShape = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const mask = 'mask' in shape ? shape.mask : MASK;
  const maskBit = mask === undefined ? 0 : 0x80;
  const [short, ...long] = lengthOf(bytes.length, shape.lengthBytes ?? fewest(bytes.length));
  const header = Buffer.from([firstByte(opcode, shape), maskBit | short, ...long]);
  if (mask === undefined) return Buffer.concat([header, bytes]);
  const masked = bytes.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([header, mask, masked]);
}

/** The payload of a close frame (RFC 6455, 5.5.1). */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  return Buffer.concat([Buffer.from([code >>> 8, code & 0xff]), Buffer.from(reason)]);
}

const firstByte = (opcode: number, { isLast = true, reserved = 0 }: FrameShape): number =>
  (isLast ? 0x80 : 0) | reserved | opcode;

function fewest(length: number): 0 | 2 | 8 {
  if (length < 126) return 0;
  return length < 2 ** 16 ? 2 : 8;
}

/** What stands in the second byte, and in those that follow. */
function lengthOf(length: number, lengthBytes: 0 | 2 | 8): [number, ...number[]] {
  if (lengthBytes === 0) return [length];
  const long = Array.from({ length: lengthBytes }, (_, index) => {
    return Math.floor(length / 256 ** (lengthBytes - 1 - index)) % 256;
  });
  return [lengthBytes === 2 ? 126 : 127, ...long];
}
