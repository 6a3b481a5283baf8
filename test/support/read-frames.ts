import type { WebSocketFrameReader } from '../../src/router/transport/websocket/websocket-frame-reader.js';

/** All that a reader has to give, `OPCODE PAYLOAD` each, and `failure CODE` behind it. */
export function readFrames(reader: WebSocketFrameReader): string[] {
  const frames = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    frames.push(`${frame.opcode} ${frame.payload.toString('hex')}`);
  }
  return reader.failure === undefined ? frames : [...frames, `failure ${reader.failure}`];
}

/** What {@link readFrames} gives for a frame with this payload. */
export const frameOf = (opcode: number, payload: string | Uint8Array = ''): string =>
  `${opcode} ${Buffer.from(payload).toString('hex')}`;
