import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { Stage, withFeatures } from './stage.js';

const PPT = withFeatures(
  'payload_passthru_mode',
  'call_canceling',
  'progressive_call_results',
  'progressive_call_invocations',
);
const SCHEME = {
  ppt_scheme: 'x_own',
  ppt_serializer: 'cbor',
  ppt_cipher: 'xsalsa20poly1305',
  ppt_keyid: 'k1',
};
const UNSUPPORTED = 'wamp.error.feature_not_supported';

describe('payload passthru mode', () => {
  // PP-1, PP-9, PP-10
  it('copies its attributes from CALL, YIELD and ERROR', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(PPT), stage.enter(PPT)];
    const registration = callee.register('a.b');
    caller.send([48, 1, { ...SCHEME, custom: 1 }, 'a.b', ['\u0000AAEC']]);
    deepEqual(callee.take(), [[68, 1, registration, SCHEME, ['\u0000AAEC']]]);
    callee.send([70, 1, { ppt_scheme: 'wamp', custom: 1 }, ['\u0000AQID']]);
    caller.send([48, 2, {}, 'a.b']);
    callee.send([8, 68, 2, { ...SCHEME, internal: 1 }, 'a.failed', ['\u0000AQID']]);
    deepEqual(caller.take(), [
      [50, 1, { ppt_scheme: 'wamp' }, ['\u0000AQID']],
      [8, 48, 2, SCHEME, 'a.failed', ['\u0000AQID']],
    ]);
  });

  // PP-2
  it('is a violation of a caller or callee that did not announce it', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(), stage.enter()];
    callee.register('a.b');
    throws(() => {
      caller.send([48, 1, SCHEME, 'a.b']);
    }, ProtocolViolation);
    throws(() => {
      caller.send([48, 2, SCHEME, 'a.nobody']);
    }, ProtocolViolation);
    stage.enter(PPT).send([48, 1, {}, 'a.b']);
    throws(() => {
      callee.send([70, 1, SCHEME]);
    }, ProtocolViolation);
  });

  // PP-4
  it('is refused to the caller when the callee lacks it', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(PPT), stage.enter()];
    callee.register('a.b');
    caller.send([48, 1, SCHEME, 'a.b']);
    deepEqual(caller.take(), [[8, 48, 1, {}, UNSUPPORTED]]);
    deepEqual(callee.take(), []);
    caller.send([48, 2, {}, 'a.b']);
    deepEqual(callee.take()[0]?.[1], 1);
  });

  // PP-6, X32
  it('is refused to the callee when the caller lacks it, whose call ends too', () => {
    for (const options of [SCHEME, { ...SCHEME, progress: true }]) {
      const stage = new Stage();
      const [caller, callee] = [stage.enter(), stage.enter(PPT)];
      callee.register('a.b');
      caller.send([48, 1, { receive_progress: true }, 'a.b']);
      callee.take();
      callee.send([70, 1, options, ['\u0000AAEC']]);
      deepEqual(callee.take(), [[8, 68, 1, {}, UNSUPPORTED]]);
      deepEqual(caller.take(), [[8, 48, 1, {}, UNSUPPORTED]]);
      callee.send([70, 1, {}]);
      deepEqual(caller.take(), []);
    }
  });

  // PP-11
  it('goes with progress both ways, as the first part has it', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(PPT), stage.enter(PPT)];
    const registration = callee.register('a.b');
    caller.send([
      48,
      1,
      { ...SCHEME, progress: true, receive_progress: true },
      'a.b',
      ['\u0000AA=='],
    ]);
    caller.send([48, 1, { ppt_scheme: 'other' }, 'a.b', ['\u0000AQ==']]);
    const details = { receive_progress: true, ...SCHEME };
    deepEqual(callee.take(), [
      [68, 1, registration, { ...details, progress: true }, ['\u0000AA==']],
      [68, 1, registration, details, ['\u0000AQ==']],
    ]);
    callee.send([70, 1, { ...SCHEME, progress: true }, ['\u0000Ag==']]);
    deepEqual(caller.take(), [[50, 1, { ...SCHEME, progress: true }, ['\u0000Ag==']]]);
  });
});
