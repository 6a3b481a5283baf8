import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PendingHandshakes } from '../../../../src/router/transport/turns/pending-handshakes.js';

describe('PendingHandshakes', () => {
  it('admits up to the limit of one address, and one again when one is over', () => {
    const handshakes = new PendingHandshakes(10, 2);
    const countOut = handshakes.enter('a');
    equal(handshakes.admits('a'), true);
    handshakes.enter('a');
    equal(handshakes.admits('a'), false);
    equal(handshakes.admits('b'), true);
    countOut();
    equal(handshakes.admits('a'), true);
  });

  it('admits up to the limit of all addresses', () => {
    const handshakes = new PendingHandshakes(2, 2);
    handshakes.enter('a');
    equal(handshakes.admits('c'), true);
    const countOut = handshakes.enter('b');
    equal(handshakes.admits('c'), false);
    countOut();
    equal(handshakes.admits('c'), true);
  });

  it('counts each out once, however often it is told', () => {
    const handshakes = new PendingHandshakes(2, 1);
    const countOut = handshakes.enter('a');
    handshakes.enter('b');
    countOut();
    countOut();
    handshakes.enter('c');
    equal(handshakes.admits('d'), false);
  });
});
