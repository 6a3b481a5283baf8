import { Uri } from '../protocol/errors.js';
import { MessageType, NO_DETAILS, type Dict } from '../protocol/message.js';
import { Payload } from '../protocol/payload.js';
import { jsonFormat } from '../serializer/json-serializer.js';
import type { PendingCall } from './pending-call.js';

/** Sends a RESULT to the caller; in its place an ERROR when it is too long for the caller's transport. False in that case. */
export function sendResult(call: PendingCall, details: Dict, payload: Payload): boolean {
  const { caller, request } = call;
  if (caller.send({ type: MessageType.Result, request, details, payload })) return true;
  sendError(call, Uri.payloadSizeExceeded);
  return false;
}

/** Sends the callee's ERROR to the caller; in its place a shorter one when it is too long for the caller's transport. */
export function sendCalleeError(
  call: PendingCall,
  error: string,
  details: Dict,
  payload: Payload,
): void {
  const { caller, request } = call;
  const requestType = MessageType.Call;
  const type = MessageType.Error;
  const isSent = caller.send({ type, requestType, request, details, error, payload });
  if (!isSent) sendError(call, Uri.payloadSizeExceeded);
}

/** Tells the caller that the router has ended its call. */
export function sendError(call: PendingCall, uri: string, explanation?: string): void {
  call.caller.send({
    type: MessageType.Error,
    requestType: MessageType.Call,
    request: call.request,
    details: NO_DETAILS,
    error: uri,
    payload: Payload.of(jsonFormat, explanation === undefined ? [] : [explanation]),
  });
}

/** Whether the callee of this call can be interrupted (WAMP, Call Canceling). */
export const isInterruptible = ({ callee }: PendingCall): boolean =>
  callee?.session.announces('callee.call_canceling') === true;

/** Interrupts the callee, if there is one and it can be. */
export function interrupt(call: PendingCall, mode: 'kill' | 'killnowait'): void {
  if (!isInterruptible(call)) return;
  const { invocation } = call;
  call.callee?.session.send({
    type: MessageType.Interrupt,
    request: invocation,
    options: { mode },
  });
}
