/** Fewer bytes than this are unmasked one by one: to look at them as words costs more than it saves. */
const FEW = 48;
/** Whether the first byte of a word is its lowest. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Takes the mask, the four bytes at `maskAt`, off the bytes from `start` to before `end`, where they are (RFC 6455, 5.3). */
export function unmask(bytes: Buffer, maskAt: number, start: number, end: number): void {
  const mask = bytes.readInt32LE(maskAt);
  if (mask === 0) return;
  if (!IS_LITTLE_ENDIAN || end - start < FEW) {
    unmaskBytes(bytes, mask, start, end);
    return;
  }
  const { buffer, byteOffset } = bytes;
  const first = start + (-(byteOffset + start) & 3);
  const count = (end - first) >>> 2;
  unmaskBytes(bytes, mask, start, first);
  const words = new Int32Array(buffer, byteOffset + first, count);
  const turned = turn(mask, first - start);
  for (let at = 0; at < count; at += 1) words[at] = (words[at] ?? 0) ^ turned;
  unmaskBytes(bytes, turned, first + 4 * count, end);
}

/** The mask as it stands for whoever begins so many bytes later. */
const turn = (mask: number, bytes: number): number => {
  const bits = 8 * (bytes & 3);
  return bits === 0 ? mask : (mask >>> bits) | (mask << (32 - bits));
};

function unmaskBytes(bytes: Buffer, mask: number, start: number, end: number): void {
  for (let at = start; at < end; at += 1) {
    bytes[at] = (bytes[at] ?? 0) ^ (mask >>> (8 * ((at - start) & 3)));
  }
}
