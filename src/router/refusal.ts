import type { WampError } from './protocol/errors.js';
import { MessageType, type RoutedMessage } from './protocol/message.js';
import { Payload } from './protocol/payload.js';
import { jsonFormat } from './serializer/json-serializer.js';
import type { Session } from './session.js';

/** Answers a request with ERROR (WAMP 5.1.3, 5.2.3, 6.1.3, 6.2.6). An unacknowledged PUBLISH gets no answer at all, whatever became of it. */
export function sendRefusal(
  session: Session,
  message: Extract<RoutedMessage, { request: unknown }>,
  { uri, args, kwargs }: WampError,
): void {
  if (message.type === MessageType.Publish && message.options['acknowledge'] !== true) return;
  session.send({
    type: MessageType.Error,
    requestType: message.type,
    request: message.request,
    details: {},
    error: uri,
    payload: Payload.of(jsonFormat, args, kwargs),
  });
}
