import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headOf, parseMessage, payloadIndex } from '../../../src/router/protocol/codec.js';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';
import { clientRows, foreignTypes, routerRows } from '../../compliance/message-table.js';

// Every message and every malformed field is tried in test/compliance/serializer.ts, through the serializer.
const payload = Payload.of(jsonFormat, [1], { a: 2 });

describe('payloadIndex', () => {
  for (const { name, wire } of clientRows) {
    it(`is ${wire.length} for ${name}`, () => {
      equal(payloadIndex(wire[0]), wire.length);
    });
  }

  it('refuses a type that no client may send, before anything of it is read', () => {
    for (const type of foreignTypes) throws(() => payloadIndex(type), ProtocolViolation);
  });
});

describe('parseMessage', () => {
  for (const row of clientRows) {
    const { name, wire, payload: allows } = row;
    const most = wire.length + (allows === undefined ? 0 : 2);

    it(`takes ${wire.length} to ${most} elements for ${name}`, () => {
      for (let count = wire.length; count <= most; count += 1) {
        equal(parseMessage(wire[0], wire, { payload, count }).type, wire[0]);
      }
      const message = `${name} has a wrong number of elements`;
      throws(() => parseMessage(wire[0], wire, { payload, count: most + 1 }), { message });
      const tooFew = { payload, count: wire.length - 1 };
      throws(() => parseMessage(wire[0], wire.slice(0, -1), tooFew), { message });
    });
  }

  it('hands the payload over as it is', () => {
    const publish = parseMessage(16, [16, 1, {}, 'a.b'], { payload, count: 6 });
    deepEqual('payload' in publish && publish.payload === payload, true);
  });

  it('names the field that is malformed', () => {
    for (const [head, message] of [
      [[16, 0, {}, 'a.b'], 'Request is an id from 1 to 2^53'],
      [[16, 1, [], 'a.b'], 'Options is a dict'],
      [[16, 1, {}, 7], 'Topic is a string'],
      [[16, 1, { acknowledge: 1 }, 'a.b'], 'acknowledge is a boolean'],
      [[34, 1, 'x'], 'SUBSCRIBED.Subscription is an id from 1 to 2^53'],
      [[66, 1, 'x'], 'REGISTERED.Registration is an id from 1 to 2^53'],
      [[8, 48, 1, {}, 'a.b'], 'ERROR.REQUEST.Type'],
    ] as const) {
      throws(() => parseMessage(head[0], head, { payload, count: head.length }), {
        name: 'ProtocolViolation',
        message,
      });
    }
  });
});

describe('headOf', () => {
  it('gives every message of the router up to its payload', () => {
    for (const [message, wire] of routerRows(payload)) {
      deepEqual(headOf(message), 'payload' in message ? wire.slice(0, -2) : wire);
    }
  });
});
