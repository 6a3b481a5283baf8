import type { ClientMessage, List, RouterMessage } from '../../src/router/protocol/message.js';
import { jsonSerializer } from '../../src/router/serializer/json-serializer.js';

const serializer = jsonSerializer();

/** The bytes of a wire list, as a JSON client sends them. */
export const toBytes = (wire: unknown): Buffer => Buffer.from(JSON.stringify(wire));

/** The wire list in the bytes of a message. */
export const fromBytes = (bytes: Buffer): List => JSON.parse(bytes.toString()) as List;

/** A checked message from a wire list, through the real serializer. Throws ProtocolViolation. */
export const toMessage = (wire: unknown): ClientMessage => serializer.decode(toBytes(wire));

/** The wire list of a router's message, through the real serializer. */
export const toWire = (message: RouterMessage): List =>
  fromBytes(serializer.encode(message, () => 0));
