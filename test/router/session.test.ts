import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../src/router/protocol/errors.js';
import { MAX_ID, toRequestId } from '../../src/router/protocol/id.js';
import { MessageType, type RouterMessage } from '../../src/router/protocol/message.js';
import { CloseCode } from '../../src/router/transport/close-codes.js';
import { recordingSession } from '../support/recording-session.js';

const message: RouterMessage = { type: MessageType.Unsubscribed, request: toRequestId(1) };

describe('Session#countRequest', () => {
  // ID-6, ID-7, ID-8, ID-9
  it('counts 1, 2, 3 and finds gaps, repetitions and a wrong beginning', () => {
    for (const [requests, answers] of [
      [
        [1, 2, 3],
        [true, true, true],
      ],
      [
        [1, 3],
        [true, false],
      ],
      [
        [1, 1],
        [true, false],
      ],
      [
        [2, 3],
        [false, true],
      ],
    ] as const) {
      const { session } = recordingSession();
      deepEqual(
        requests.map((request) => session.countRequest(toRequestId(request))),
        answers,
      );
    }
  });

  // ID-13
  it('goes on with 1 after 2^53', () => {
    const { session } = recordingSession({ requestIds: 'lenient' });
    session.countRequest(toRequestId(MAX_ID));
    equal(session.countRequest(toRequestId(1)), true);
  });

  it('lets any number be when it is lenient', () => {
    const { session } = recordingSession({ requestIds: 'lenient' });
    deepEqual(
      [5, 5, 1, 9].map((request) => session.countRequest(toRequestId(request))),
      [true, true, true, true],
    );
  });
});

describe('Session#announces', () => {
  it('knows the features that HELLO announced as true', () => {
    const { session } = recordingSession({
      roles: { callee: { features: { call_canceling: true, other: 1 } }, caller: {}, odd: 7 },
    });
    equal(session.announces('callee.call_canceling'), true);
    equal(session.announces('caller.call_canceling'), false);
    equal(session.announces('callee.other'), false);
  });

  // X2: the specification writes both.
  it('takes call_cancelling for call_canceling', () => {
    const roles = { callee: { features: { call_cancelling: true } } };
    equal(recordingSession({ roles }).session.announces('callee.call_canceling'), true);
  });
});

describe('Session#send', () => {
  // WS-15
  it('tells whether the message is too long for the peer, as long as there is a session', () => {
    const { session, transport, take } = recordingSession();
    equal(session.send(message), true);
    transport.tooLong.add(MessageType.Unsubscribed);
    equal(session.send(message), false);
    session.end();
    equal(session.send(message), true);
    deepEqual(take(), [[35, 1]]);
  });
});

describe('the ending of a session', () => {
  it('sends nothing once it has ended', () => {
    const { session, take } = recordingSession();
    session.send(message);
    session.end();
    session.send(message);
    deepEqual(take(), [[35, 1]]);
    equal(session.isOpen, false);
  });

  it('says GOODBYE once, and closes the transport when the peer does not answer for 2 s', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const ended: (number | undefined)[] = [];
    const { session, transport, take } = recordingSession({
      onend: (code) => {
        ended.push(code);
      },
    });
    session.sayGoodbye('wamp.close.killed', { message: 'enough' });
    session.sayGoodbye('wamp.close.killed', { message: 'enough' });
    session.send(message);
    deepEqual(take(), [[6, { message: 'enough' }, 'wamp.close.killed']]);
    equal(session.isOpen, false);
    deepEqual(ended, [undefined]);
    t.mock.timers.tick(1999);
    deepEqual(ended, [undefined]);
    t.mock.timers.tick(1);
    deepEqual(ended, [undefined, 1000]);
    equal(transport.done.at(-1), 'close 1000 wamp.close.killed');
  });

  it('does not close a transport that has ended meanwhile', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { session, transport } = recordingSession();
    session.sayGoodbye('a.b', {});
    session.end();
    t.mock.timers.tick(5000);
    equal(transport.done.includes('close 1000 a.b'), false);
  });

  // SES-11
  it('answers GOODBYE with goodbye_and_out and leaves the transport open', () => {
    let goodbyes = 0;
    const { session, transport, take } = recordingSession({
      ongoodbye: () => {
        goodbyes += 1;
      },
    });
    session.answerGoodbye();
    deepEqual(take(), [[6, {}, 'wamp.close.goodbye_and_out']]);
    equal(goodbyes, 1);
    equal(session.isOpen, false);
    equal(
      transport.done.some((each) => each.startsWith('close')),
      false,
    );
  });

  it('closes its transport with the code, and reports it', () => {
    const ended: (number | undefined)[] = [];
    const { session, transport } = recordingSession({
      onend: (code) => {
        ended.push(code);
      },
    });
    session.close(CloseCode.internalError, 'why');
    deepEqual(ended, [1011]);
    equal(transport.done.at(-1), 'close 1011 why');
    equal(session.isOpen, false);
  });

  it('passes violations on', () => {
    const violations: string[] = [];
    const { session } = recordingSession({
      onviolation: (violation) => {
        violations.push(violation.message);
      },
    });
    session.violate(new ProtocolViolation('why'));
    deepEqual(violations, ['why']);
  });

  it('closes its transport with 4429 when it floods', (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const limits = { messagesPerSecond: 1, burst: 1, floodMs: 3000 };
    const { session, transport } = recordingSession({ limits });
    for (let second = 0; second < 5; second += 1) {
      for (let each = 0; each < 9; each += 1) {
        session.inbox.deliver({ type: MessageType.Cancel, request: toRequestId(1), options: {} });
      }
      now += 1000;
      t.mock.timers.tick(1000);
    }
    equal(transport.done.at(-1), 'close 4429 too many messages');
    equal(session.isOpen, false);
  });
});
