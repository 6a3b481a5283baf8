import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PendingCalls } from '../../src/router/pending-calls.js';
import { toRequestId } from '../../src/router/protocol/id.js';
import { recordingSession } from '../support/recording-session.js';

const request = toRequestId;

describe('PendingCalls', () => {
  const { session: caller } = recordingSession();
  const { session: callee } = recordingSession();

  // ID-5
  it('numbers the invocations of each callee from 1', () => {
    const calls = new PendingCalls(1000);
    const { session: other } = recordingSession();
    const invocations = [callee, callee, other, callee].map(
      (to, index) => calls.add(caller, request(index + 1), to).invocation,
    );
    deepEqual(invocations, [1, 2, 1, 3]);
  });

  it('finds a call from both of its ends, until it is removed', () => {
    const calls = new PendingCalls(1000);
    const call = calls.add(caller, request(7), callee);
    equal(calls.findMade(caller, request(7)), call);
    equal(calls.findReceived(callee, request(1)), call);
    equal(calls.countFrom(caller), 1);
    calls.remove(call);
    deepEqual(
      [calls.findMade(caller, request(7)), calls.findReceived(callee, request(1))],
      [undefined, undefined],
    );
    equal(calls.countFrom(caller), 0);
  });

  it('does not mistake one end, id or session for another', () => {
    const calls = new PendingCalls(1000);
    calls.add(caller, request(7), callee);
    equal(calls.findMade(callee, request(7)), undefined);
    equal(calls.findReceived(caller, request(1)), undefined);
    equal(calls.findMade(caller, request(1)), undefined);
    equal(calls.findReceived(callee, request(7)), undefined);
  });

  // PV-9, PV-10
  it('knows which invocations were ever issued', () => {
    const calls = new PendingCalls(1000);
    equal(calls.wasIssued(callee, request(1)), false);
    calls.remove(calls.add(caller, request(1), callee));
    equal(calls.wasIssued(callee, request(1)), true);
    equal(calls.wasIssued(callee, request(2)), false);
    equal(calls.wasIssued(caller, request(1)), false);
  });

  it('gives what a session made and what it was to answer when it leaves', () => {
    const calls = new PendingCalls(1000);
    const made = calls.add(caller, request(1), callee);
    const received = calls.add(callee, request(1), caller);
    deepEqual(calls.removeSession(caller), { made: [made], received: [received] });
    deepEqual(calls.removeSession(caller), { made: [], received: [] });
    equal(calls.findReceived(callee, request(1)), undefined);
    equal(calls.findMade(callee, request(1)), undefined);
  });

  it('gives the calls whose time is over, once, at their deadline and not before', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1000 });
    const calls = new PendingCalls(500);
    const first = calls.add(caller, request(1), callee);
    t.mock.timers.tick(100);
    const second = calls.add(caller, request(2), callee);
    deepEqual(calls.takeExpired(1499), []);
    deepEqual(calls.takeExpired(1500), [first]);
    deepEqual(calls.takeExpired(1600), [second]);
    deepEqual(calls.takeExpired(9999), []);
  });
});
