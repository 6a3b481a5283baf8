import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkPassthru, passthruDetails } from '../../src/router/payload-passthru.js';
import { ProtocolViolation } from '../../src/router/protocol/errors.js';
import { recordingSession } from '../support/recording-session.js';

describe('passthruDetails', () => {
  // PP-1, PP-10
  it('gives the ppt_* attributes as they came, and nothing else', () => {
    const attributes = {
      ppt_scheme: 'x_own',
      ppt_serializer: 'cbor',
      ppt_cipher: 7,
      ppt_keyid: '',
    };
    deepEqual(passthruDetails({ ...attributes, timeout: 5, ppt_other: 1 }), attributes);
    deepEqual(passthruDetails({ ppt_scheme: 'wamp' }), { ppt_scheme: 'wamp' });
  });

  it('gives nothing without a scheme', () => {
    for (const scheme of [undefined, null, '']) {
      equal(passthruDetails({ ppt_scheme: scheme, ppt_cipher: 'xsalsa20poly1305' }), undefined);
    }
  });
});

describe('checkPassthru', () => {
  const roles = { caller: { features: { payload_passthru_mode: true } }, callee: {} };

  // PP-2
  it('takes it for a violation when the role has not announced the feature', () => {
    const { session } = recordingSession({ roles });
    checkPassthru(session, 'caller', { ppt_scheme: 'wamp' });
    checkPassthru(session, 'callee', undefined);
    throws(() => {
      checkPassthru(session, 'callee', { ppt_scheme: 'wamp' });
    }, ProtocolViolation);
  });

  it("asks nothing of the router's own clients", () => {
    const { session } = recordingSession({ isInternal: true });
    checkPassthru(session, 'publisher', { ppt_scheme: 'wamp' });
    equal(session.isOpen, true);
  });
});
