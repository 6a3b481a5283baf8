import { ProtocolViolation } from '../protocol/errors.js';
import type { Serializer } from '../serializer/serializer.js';
import { CloseCode } from './close-codes.js';
import type { TransportReceiver } from './transport.js';

/** Who hears what the peer sends; undefined when nobody does any more. */
export type Listening = () => TransportReceiver | undefined;

/**
 * Gives the message in `bytes`, or each one of a batch in order (WAMP 15.2), to whoever listens at that moment. Ends early when the peer
 * breaks the protocol, and when nobody listens any more: what comes after an ABORT is not looked at (WAMP 2.3.3).
 */
export function deliverMessages(bytes: Buffer, serializer: Serializer, listening: Listening): void {
  if (serializer.split === undefined) {
    deliver(bytes, serializer, listening);
    return;
  }
  let batch;
  try {
    batch = serializer.split(bytes);
  } catch (error) {
    report(error, listening);
    return;
  }
  for (const part of batch) {
    if (!deliver(part, serializer, listening)) return;
  }
}

/** False when no message may follow. */
function deliver(bytes: Buffer, serializer: Serializer, listening: Listening): boolean {
  const receiver = listening();
  if (receiver === undefined) return false;
  let message;
  try {
    message = serializer.decode(bytes);
  } catch (error) {
    report(error, listening);
    return false;
  }
  receiver.onmessage(message);
  return true;
}

/** A defect of a serializer is reported without its words: they are not for the peer. */
function report(error: unknown, listening: Listening): void {
  const violation =
    error instanceof ProtocolViolation
      ? error
      : new ProtocolViolation('an unreadable message', { cause: error });
  listening()?.onviolation(violation, CloseCode.protocolError);
}
