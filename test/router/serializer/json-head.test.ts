import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  newPublicationId,
  toRegistrationId,
  toRequestId,
  toSubscriptionId,
} from '../../../src/router/protocol/id.js';
import { NO_DETAILS, type RouterMessage } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { copyHead, plainHeadLength } from '../../../src/router/serializer/json-head.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';

const payload = Payload.of(jsonFormat);
/** Where a digit more is needed, and where one way of dividing gives way to the other. */
const IDS = [1, 9, 10, 99, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 10 ** 15, 2 ** 53 - 1, 2 ** 53];

function textOf(message: RouterMessage): string {
  const length = plainHeadLength(message);
  const bytes = Buffer.alloc(length + 1, '-');
  copyHead(length, bytes, 1);
  return bytes.toString();
}

describe('plainHeadLength', () => {
  it('puts an EVENT together', () => {
    for (const id of IDS) {
      const subscription = toSubscriptionId(id);
      const publication = newPublicationId();
      const message = {
        type: 36,
        subscription,
        publication,
        details: NO_DETAILS,
        payload,
      } as const;
      equal(textOf(message), `-${JSON.stringify([36, id, publication, {}])}`);
    }
  });

  it('puts an INVOCATION together', () => {
    for (const id of IDS) {
      const ids = { request: toRequestId(2 ** 53 + 1 - id), registration: toRegistrationId(id) };
      const message = { type: 68, ...ids, details: NO_DETAILS, payload } as const;
      equal(textOf(message), `-${JSON.stringify([68, ids.request, ids.registration, {}])}`);
    }
  });

  it('puts a RESULT together', () => {
    for (const id of IDS) {
      const message = { type: 50, request: toRequestId(id), details: NO_DETAILS, payload } as const;
      equal(textOf(message), `-${JSON.stringify([50, id, {}])}`);
    }
  });

  it('leaves messages with details, and those of other types, to others', () => {
    const request = toRequestId(1);
    const details = { progress: true };
    const others: RouterMessage[] = [
      {
        type: 36,
        subscription: toSubscriptionId(1),
        publication: newPublicationId(),
        details,
        payload,
      },
      { type: 68, request, registration: toRegistrationId(1), details, payload },
      { type: 50, request, details, payload },
      { type: 67, request },
    ];
    deepEqual(others.map(plainHeadLength), [0, 0, 0, 0]);
  });
});
