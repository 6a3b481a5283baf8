import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callOptions } from '../../../src/router/dealer/call-options.js';
import type { Callee, PendingCall } from '../../../src/router/dealer/pending-call.js';
import { PendingCalls } from '../../../src/router/dealer/pending-calls.js';
import { Registrations } from '../../../src/router/dealer/registrations.js';
import { NO_REQUEST, toRequestId } from '../../../src/router/protocol/id.js';
import type { Session } from '../../../src/router/session.js';
import { recordingSession } from '../../support/recording-session.js';
import { toMessage } from '../../support/wire.js';

const request = toRequestId;

/** A registration of nobody's. */
const KEY = { uri: 'a.b', match: 'exact', invoke: 'single' } as const;

function calleeOf(calls: PendingCalls, session: Session): Callee {
  return {
    session,
    calls: calls.of(session),
    disclosesCaller: false,
    forwardsTimeout: false,
    concurrency: Infinity,
    inFlight: 0,
  };
}

/** Notes a call from one session, for another to answer. */
function add(
  calls: PendingCalls,
  [from, id]: readonly [Session, number],
  to: Session,
  options: object = {},
): PendingCall {
  const message = toMessage([48, id, options, 'a.b']);
  if (message.type !== 48) throw new TypeError('no CALL');
  const callee = calleeOf(calls, to);
  const registration = new Registrations().add(KEY, callee);
  const wishes = callOptions(message.options, 'on_request');
  const call = calls.add(calls.of(from), message, registration, wishes);
  calls.assign(call, callee);
  return call;
}

describe('PendingCalls', () => {
  const { session: caller } = recordingSession();
  const { session: callee } = recordingSession();

  // ID-5
  it('numbers the invocations of each callee from 1', () => {
    const calls = new PendingCalls(1000);
    const { session: other } = recordingSession();
    const invocations = [callee, callee, other, callee].map(
      (to, index) => add(calls, [caller, index + 1], to).invocation,
    );
    deepEqual(invocations, [1, 2, 1, 3]);
  });

  it('finds a call from both of its ends, until its callee loses it', () => {
    const calls = new PendingCalls(1000);
    const call = add(calls, [caller, 7], callee);
    equal(calls.findMade(caller, request(7)), call);
    equal(calls.findReceived(callee, request(1)), call);
    equal(call.callee?.inFlight, 1);
    calls.release(call);
    equal(calls.findMade(caller, request(7)), call);
    equal(calls.findReceived(callee, request(1)), undefined);
    equal(call.callee, undefined);
  });

  it('does not mistake one end, id or session for another', () => {
    const calls = new PendingCalls(1000);
    add(calls, [caller, 7], callee);
    equal(calls.findMade(callee, request(7)), undefined);
    equal(calls.findReceived(caller, request(1)), undefined);
    equal(calls.findMade(caller, request(1)), undefined);
    equal(calls.findReceived(callee, request(7)), undefined);
  });

  // PV-9, PV-10
  it('knows which invocations were ever issued', () => {
    const calls = new PendingCalls(1000);
    equal(calls.wasIssued(callee, request(1)), false);
    calls.release(add(calls, [caller, 1], callee));
    equal(calls.wasIssued(callee, request(1)), true);
    equal(calls.wasIssued(callee, request(2)), false);
    equal(calls.wasIssued(caller, request(1)), false);
  });

  it('gives what a session made and what it was to answer when it leaves', () => {
    const calls = new PendingCalls(1000);
    const made = add(calls, [caller, 1], callee);
    const received = add(calls, [callee, 1], caller);
    deepEqual(calls.removeSession(caller), { made: [made], received: [received] });
    deepEqual(calls.removeSession(caller), { made: [], received: [] });
    equal(calls.of(caller).lastInvocation, NO_REQUEST);
  });

  it('finds the calls that have waited since the look at them before, and not earlier', () => {
    const calls = new PendingCalls(500);
    const first = add(calls, [caller, 1], callee);
    deepEqual(calls.findExpired(1000), []);
    const second = add(calls, [caller, 2], callee);
    deepEqual(calls.findExpired(1100), []);
    deepEqual(calls.findExpired(1499), []);
    deepEqual(calls.findExpired(1500), [first]);
    deepEqual(calls.findExpired(1599), [first]);
    deepEqual(calls.findExpired(1600), [first, second]);
  });

  it('does not count the time before the first look at a call, however long it was', () => {
    const calls = new PendingCalls(500);
    deepEqual(calls.findExpired(1000), []);
    const call = add(calls, [caller, 1], callee);
    deepEqual(calls.findExpired(9000), []);
    deepEqual(calls.findExpired(9500), [call]);
  });

  it('lets a call that goes on wait anew, behind the others', () => {
    const calls = new PendingCalls(500);
    const first = add(calls, [caller, 1], callee);
    const second = add(calls, [caller, 2], callee);
    deepEqual(calls.findExpired(1000), []);
    calls.renew(first);
    deepEqual(calls.findExpired(1400), []);
    deepEqual(calls.findExpired(1500), [second]);
    deepEqual(calls.findExpired(1900), [second, first]);
  });

  it('leaves calls with a timeout of their own alone', () => {
    const calls = new PendingCalls(500);
    add(calls, [caller, 1], callee, { timeout: 1 });
    const plain = add(calls, [caller, 2], callee);
    deepEqual(calls.findExpired(Infinity), [plain]);
  });

  it('has no deadlines when the timeout is 0', () => {
    const calls = new PendingCalls(0);
    add(calls, [caller, 1], callee);
    deepEqual(calls.findExpired(Number.MAX_VALUE), []);
  });
});
