import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import {
  isId,
  MAX_ID,
  newPublicationId,
  newRegistrationId,
  newSessionId,
  newSubscriptionId,
  nextRequestId,
  NO_REQUEST,
  toRequestId,
} from '../../../src/router/protocol/id.js';

describe('isId', () => {
  // WAMP 2.1.2; ID-10, ID-14: 2^53 is an id although it is no safe integer.
  for (const id of [1, 2, 2 ** 32, 2 ** 53 - 1, 2 ** 53]) {
    it(`accepts ${id}`, () => {
      equal(isId(id), true);
    });
  }

  for (const value of [0, -1, 1.5, 2 ** 53 + 2, Infinity, NaN, '1', 1n, null, undefined, [1], {}]) {
    it(`refuses ${typeof value} ${inspect(value)}`, () => {
      equal(isId(value), false);
    });
  }
});

describe('ids of global scope', () => {
  for (const [name, draw] of Object.entries({ newSessionId, newPublicationId })) {
    // ID-1, ID-2
    it(`${name} draws from the whole range, none twice`, () => {
      const ids = Array.from({ length: 2000 }, () => draw());
      equal(ids.every(isId), true);
      equal(new Set(ids).size, ids.length);
      const large = ids.filter((id) => id > 2 ** 52).length;
      ok(large > 800 && large < 1200, `${large} of 2000 are in the upper half`);
      ok(ids.some((id) => id % 2 === 0) && ids.some((id) => id % 2 === 1));
    });
  }
});

describe('ids of router scope', () => {
  it('are counted, and never the same for a subscription and a registration', () => {
    const first = newSubscriptionId();
    equal(newSubscriptionId(), first + 1);
    notEqual(Number(newRegistrationId()), first + 1);
    equal(isId(first), true);
  });
});

describe('nextRequestId', () => {
  it('begins with 1 and counts by one', () => {
    const first = nextRequestId(NO_REQUEST);
    deepEqual([first, nextRequestId(first)], [1, 2]);
  });

  // ID-13
  it('goes on with 1 after 2^53', () => {
    equal(nextRequestId(toRequestId(MAX_ID - 1)), MAX_ID);
    equal(nextRequestId(toRequestId(MAX_ID)), 1);
  });
});
