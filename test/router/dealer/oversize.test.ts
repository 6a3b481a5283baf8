import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RouterMessage } from '../../../src/router/protocol/message.js';
import { recordingTransport } from '../../support/recording-session.js';
import { Stage, withFeatures, type Actor } from './stage.js';

const FEATURES = [
  'progressive_call_results',
  'progressive_call_invocations',
  'call_canceling',
] as const;
const LONG = 'x'.repeat(100);
const EXCEEDED = 'wamp.error.payload_size_exceeded';

/** A client whose transport takes arguments of less than 100 bytes. */
function narrow(stage: Stage): Actor {
  const transport = recordingTransport();
  const send = (message: RouterMessage): boolean => {
    const isShort = !('payload' in message) || (message.payload.argsBytes?.length ?? 0) < 100;
    if (isShort) transport.send(message);
    return isShort;
  };
  const actor = stage.enter({ ...withFeatures(...FEATURES), transport: { ...transport, send } });
  return { ...actor, transport, take: () => transport.sent.splice(0) };
}

describe('a message that is too long for its receiver', () => {
  // WS-15
  it('ends the call when it is the INVOCATION, whose number was never issued', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(), narrow(stage)];
    callee.send([64, 1, {}, 'a.b']);
    const registration = callee.take()[0]?.[2];
    caller.send([48, 1, {}, 'a.b', [LONG]]);
    deepEqual(caller.take(), [[8, 48, 1, {}, EXCEEDED]]);
    caller.send([48, 2, {}, 'a.b', ['short']]);
    deepEqual(callee.take(), [[68, 1, registration, {}, ['short']]]);
  });

  // WS-15
  for (const answer of [
    [70, 1, {}, [LONG]],
    [8, 68, 1, {}, 'a.failed', [LONG]],
  ]) {
    it(`becomes a shorter ERROR when it answers the call: ${answer[0] === 8 ? 'ERROR' : 'RESULT'}`, () => {
      const stage = new Stage();
      const [caller, callee] = [narrow(stage), stage.enter()];
      callee.register('a.b');
      caller.send([48, 1, {}, 'a.b']);
      callee.send(answer);
      callee.send([70, 1, {}]);
      deepEqual(caller.take(), [[8, 48, 1, {}, EXCEEDED]]);
    });
  }

  it('ends the call and interrupts the callee when it is a progressive RESULT', () => {
    const stage = new Stage();
    const [caller, callee] = [narrow(stage), stage.enter(withFeatures(...FEATURES))];
    callee.register('a.b');
    caller.send([48, 1, { receive_progress: true }, 'a.b']);
    callee.take();
    callee.send([70, 1, { progress: true }, [LONG]]);
    callee.send([70, 1, {}]);
    deepEqual(caller.take(), [[8, 48, 1, {}, EXCEEDED]]);
    deepEqual(callee.take(), [[69, 1, { mode: 'killnowait' }]]);
  });

  it('ends the call and interrupts the callee when it is a further part of the call', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(withFeatures(...FEATURES)), narrow(stage)];
    callee.send([64, 1, {}, 'a.b']);
    caller.send([48, 1, { progress: true }, 'a.b']);
    callee.take();
    caller.send([48, 1, { progress: true }, 'a.b', [LONG]]);
    caller.send([48, 1, {}, 'a.b']);
    deepEqual(caller.take(), [[8, 48, 1, {}, EXCEEDED]]);
    deepEqual(callee.take(), [[69, 1, { mode: 'killnowait' }]]);
  });

  it('frees the callee for the next call that waits', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(), narrow(stage)];
    callee.send([64, 1, { concurrency: 1 }, 'a.b']);
    callee.take();
    caller.send([48, 1, {}, 'a.b']);
    caller.send([48, 2, {}, 'a.b', [LONG]]);
    caller.send([48, 3, {}, 'a.b', [3]]);
    callee.send([70, 1, {}]);
    deepEqual(caller.take(), [
      [8, 48, 2, {}, EXCEEDED],
      [50, 1, {}],
    ]);
    deepEqual(
      callee.take().map((wire) => wire[1]),
      [1, 2],
    );
  });
});
