import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Uri } from '../../../src/router/protocol/errors.js';
import { NO_REQUEST } from '../../../src/router/protocol/id.js';
import { MessageType, type Dict } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';
import type { Testament } from '../../../src/router/meta/testament.js';
import { Testaments } from '../../../src/router/meta/testaments.js';
import { recordingSession } from '../../support/recording-session.js';

/** One of 3 + 2 + 2 bytes for the topic, `{}` and `[]`, and what is added to its options. */
const testament = (options: Dict = {}): Testament => ({
  type: MessageType.Publish,
  request: NO_REQUEST,
  topic: 'a.b',
  options,
  payload: Payload.of(jsonFormat, [], undefined),
});
const FULL = { uri: Uri.limitExceeded };

describe('Testaments', () => {
  it('take as many of a session as its limits allow, of both scopes together', () => {
    const testaments = new Testaments();
    const { session } = recordingSession({ limits: { testaments: 2 } });
    testaments.add(session, 'detached', testament());
    testaments.add(session, 'destroyed', testament());
    for (const scope of ['detached', 'destroyed'] as const) {
      throws(() => {
        testaments.add(session, scope, testament());
      }, FULL);
    }
    testaments.flush(session, 'detached');
    testaments.add(session, 'destroyed', testament());
    deepEqual(testaments.take(session).length, 2);
  });

  it('take as many bytes of a session as its limits allow', () => {
    const testaments = new Testaments();
    const { session } = recordingSession({ limits: { testamentBytes: 14 } });
    testaments.add(session, 'detached', testament());
    testaments.add(session, 'destroyed', testament());
    throws(() => {
      testaments.add(session, 'destroyed', testament());
    }, FULL);
    testaments.flush(session, 'destroyed');
    throws(() => {
      testaments.add(session, 'destroyed', testament({ _x: 1 }));
    }, FULL);
    testaments.add(session, 'destroyed', testament());
    deepEqual(testaments.take(session).length, 2);
  });

  it('take none of a session that may have none', () => {
    const { session } = recordingSession({ limits: { testaments: 0 } });
    throws(() => {
      new Testaments().add(session, 'destroyed', testament());
    }, FULL);
  });

  it('measure options with integers that only binary serializers have', () => {
    const testaments = new Testaments();
    const { session } = recordingSession();
    const large = testament({ _x: 2n ** 60n });
    testaments.add(session, 'destroyed', large);
    deepEqual(testaments.take(session), [large]);
  });
});
