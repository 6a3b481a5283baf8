import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dealer } from '../../../src/router/dealer/dealer.js';
import { ProtocolViolation, WampError } from '../../../src/router/protocol/errors.js';
import type { List } from '../../../src/router/protocol/message.js';
import { idOf } from '../../support/peer.js';
import {
  recordingSession,
  type RecordingSession,
  type SessionChanges,
} from '../../support/recording-session.js';
import { toMessage } from '../../support/wire.js';

const CANCELING = { callee: { features: { call_canceling: true } } };

/** Hands a wire list to the dealer as the realm does, once it is authorized. */
function receive(dealer: Dealer, { session }: RecordingSession, wire: List): void {
  const message = toMessage(wire);
  if (message.type === 8) dealer.error(session, message);
  else if (message.type === 48) dealer.call(session, message);
  else if (message.type === 49) dealer.cancel(session, message);
  else if (message.type === 64) dealer.register(session, message);
  else if (message.type === 66) dealer.unregister(session, message);
  else if (message.type === 70) dealer.yield(session, message);
  else throw new TypeError(`not for a dealer: ${JSON.stringify(wire)}`);
}

interface Call {
  readonly dealer: Dealer;
  readonly caller: RecordingSession;
  readonly callee: RecordingSession;
  readonly registration: number;
}

/** A dealer with `a.b` registered. */
function withProcedure(callee: SessionChanges = {}, options = {}): Call {
  const dealer = new Dealer({ callTimeoutMs: 1000 });
  const call = { dealer, caller: recordingSession(), callee: recordingSession(callee) };
  receive(dealer, call.callee, [64, 1, options, 'a.b']);
  return { ...call, registration: idOf(call.callee.take()[0] ?? []) };
}

/** A call 5 to `a.b` whose INVOCATION 1 the callee has got. */
function underWay(callee: SessionChanges = {}): Call {
  const call = withProcedure(callee);
  receive(call.dealer, call.caller, [48, 5, {}, 'a.b', [1]]);
  deepEqual(call.callee.take(), [[68, 1, call.registration, {}, [1]]]);
  return call;
}

const refusal = (uri: string) => (error: unknown) =>
  error instanceof WampError && error.uri === uri;

describe('Dealer#register', () => {
  it('answers with REGISTERED', () => {
    const dealer = new Dealer({ callTimeoutMs: 1000 });
    const callee = recordingSession();
    receive(dealer, callee, [64, 3, { match: 'exact', invoke: 'single' }, 'a.b']);
    const [registered] = callee.take();
    deepEqual(registered, [65, 3, idOf(registered ?? [])]);
  });

  it('refuses a procedure that somebody has, the session itself included', () => {
    const { dealer, callee, caller } = withProcedure();
    for (const session of [callee, caller]) {
      throws(() => {
        receive(dealer, session, [64, 2, {}, 'a.b']);
      }, refusal('wamp.error.procedure_already_exists'));
    }
  });

  it('takes as many registrations as the limit says, and refuses one more', () => {
    const dealer = new Dealer({ callTimeoutMs: 1000 });
    const callee = recordingSession({ limits: { registrations: 2 } });
    receive(dealer, callee, [64, 1, {}, 'a.1']);
    receive(dealer, callee, [64, 2, {}, 'a.2']);
    const refused = (): void => {
      receive(dealer, callee, [64, 3, {}, 'a.3']);
    };
    throws(refused, refusal('expressway.error.limit_exceeded'));
    receive(dealer, callee, [66, 4, idOf(callee.take()[0] ?? [])]);
    refused();
    equal(callee.take().at(-1)?.[0], 65);
  });
});

describe('Dealer#unregister', () => {
  it('ends the registration, and lets another have the procedure', () => {
    const { dealer, caller, callee, registration } = withProcedure();
    receive(dealer, callee, [66, 2, registration]);
    deepEqual(callee.take(), [[67, 2]]);
    throws(() => {
      receive(dealer, caller, [48, 1, {}, 'a.b']);
    }, refusal('wamp.error.no_such_procedure'));
    receive(dealer, caller, [64, 2, {}, 'a.b']);
    equal(caller.take()[0]?.[0], 65);
  });

  // X14
  it('lets a call that is under way be answered', () => {
    const { dealer, caller, callee, registration } = underWay();
    receive(dealer, callee, [66, 2, registration]);
    receive(dealer, callee, [70, 1, {}, ['late']]);
    deepEqual(caller.take(), [[50, 5, {}, ['late']]]);
  });

  it('refuses an unknown id, somebody else’s and one that is over', () => {
    const { dealer, caller, callee, registration } = withProcedure();
    const refused = (session: RecordingSession, id: number): void => {
      throws(() => {
        receive(dealer, session, [66, 2, id]);
      }, refusal('wamp.error.no_such_registration'));
    };
    refused(caller, registration);
    refused(callee, registration + 1000);
    receive(dealer, callee, [66, 2, registration]);
    refused(callee, registration);
  });
});

describe('Dealer#call', () => {
  it('sends an INVOCATION, and the YIELD back as a RESULT', () => {
    const { dealer, caller, callee, registration } = withProcedure();
    receive(dealer, caller, [48, 9, {}, 'a.b', [1], { k: 'v' }]);
    deepEqual(callee.take(), [[68, 1, registration, {}, [1], { k: 'v' }]]);
    receive(dealer, callee, [70, 1, {}, [], { r: 1 }]);
    deepEqual(caller.take(), [[50, 9, {}, [], { r: 1 }]]);
  });

  it('sends the ERROR of the callee back as the call’s', () => {
    const { dealer, caller, callee } = underWay();
    receive(dealer, callee, [8, 68, 1, { internal: true }, 'a.failed', ['why'], { k: 1 }]);
    deepEqual(caller.take(), [[8, 48, 5, {}, 'a.failed', ['why'], { k: 1 }]]);
  });

  it('refuses a procedure that nobody has', () => {
    throws(() => {
      receive(new Dealer({ callTimeoutMs: 1000 }), recordingSession(), [48, 1, {}, 'a.b']);
    }, refusal('wamp.error.no_such_procedure'));
  });

  // ID-5, ORD-3
  it('numbers the invocations of a callee 1, 2, 3, whoever calls what', () => {
    const { dealer, caller, callee } = withProcedure();
    receive(dealer, callee, [64, 2, {}, 'a.c']);
    callee.take();
    receive(dealer, caller, [48, 1, {}, 'a.b']);
    receive(dealer, recordingSession(), [48, 1, {}, 'a.c']);
    receive(dealer, caller, [48, 2, {}, 'a.b']);
    deepEqual(
      callee.take().map(([, request]) => request),
      [1, 2, 3],
    );
  });

  it('takes as many calls as the limit says, and refuses one more until one is answered', () => {
    const { dealer, callee } = withProcedure();
    const caller = recordingSession({ limits: { calls: 2 } });
    receive(dealer, caller, [48, 1, {}, 'a.b']);
    receive(dealer, caller, [48, 2, {}, 'a.b']);
    throws(() => {
      receive(dealer, caller, [48, 3, {}, 'a.b']);
    }, refusal('expressway.error.limit_exceeded'));
    receive(dealer, callee, [70, 1, {}]);
    receive(dealer, caller, [48, 4, {}, 'a.b']);
    equal(callee.take().length, 3);
  });

  it('takes a second call with the id of one under way for a violation', () => {
    const { dealer, caller } = underWay();
    throws(() => {
      receive(dealer, caller, [48, 5, {}, 'a.b']);
    }, ProtocolViolation);
  });

  it('lets a session call itself', () => {
    const { dealer, callee, registration } = withProcedure();
    receive(dealer, callee, [48, 2, {}, 'a.b', ['me']]);
    receive(dealer, callee, [70, 1, {}, ['me too']]);
    deepEqual(callee.take(), [
      [68, 1, registration, {}, ['me']],
      [50, 2, {}, ['me too']],
    ]);
  });
});

describe('answers of a callee', () => {
  // PV-9, PV-11
  it('are a violation for an invocation that never was, and for somebody else’s', () => {
    const { dealer, caller, callee } = underWay();
    for (const [session, wire] of [
      [callee, [70, 2, {}]],
      [callee, [70, 2, { progress: true }]],
      [callee, [8, 68, 2, {}, 'a.b']],
      [caller, [70, 1, {}]],
      [caller, [8, 68, 1, {}, 'a.b']],
    ] as const) {
      throws(() => {
        receive(dealer, session, wire);
      }, ProtocolViolation);
    }
    deepEqual(caller.take(), []);
  });

  // PV-12
  it('are dropped when the invocation is answered already', () => {
    const { dealer, caller, callee } = underWay();
    for (const wire of [
      [70, 1, {}, [1]],
      [70, 1, {}, [2]],
      [8, 68, 1, {}, 'a.b'],
      [70, 1, { progress: true }],
    ]) {
      receive(dealer, callee, wire);
    }
    deepEqual(caller.take(), [[50, 5, {}, [1]]]);
  });

  // X15
  it('are dropped while they are progress that nobody asked for', () => {
    const { dealer, caller, callee } = underWay();
    receive(dealer, callee, [70, 1, { progress: true }, [1]]);
    receive(dealer, callee, [70, 1, {}, [2]]);
    deepEqual(caller.take(), [[50, 5, {}, [2]]]);
  });
});

describe('Dealer#cancel', () => {
  const canceled = [8, 48, 5, {}, 'wamp.error.canceled'];

  // WAMP, Call Canceling: mode, what the caller gets at once, what the callee gets.
  for (const [mode, roles, answers, interrupts] of [
    ['skip', CANCELING, [canceled], []],
    ['killnowait', CANCELING, [canceled], [[69, 1, { mode: 'killnowait' }]]],
    ['kill', CANCELING, [], [[69, 1, { mode: 'kill' }]]],
    [undefined, CANCELING, [canceled], [[69, 1, { mode: 'killnowait' }]]],
    ['skip', {}, [canceled], []],
    ['killnowait', {}, [canceled], []],
    ['kill', {}, [canceled], []],
  ] as const) {
    const callee = roles === CANCELING ? 'can be interrupted' : 'cannot be interrupted';
    it(`obeys mode ${mode ?? '(none)'} when the callee ${callee}`, () => {
      const call = underWay({ roles });
      receive(call.dealer, call.caller, [49, 5, mode === undefined ? {} : { mode }]);
      deepEqual(call.caller.take(), answers);
      deepEqual(call.callee.take(), interrupts);
    });
  }

  // PV-10
  it('drops an answer that comes after skip or killnowait', () => {
    for (const mode of ['skip', 'killnowait']) {
      const { dealer, caller, callee } = underWay({ roles: CANCELING });
      receive(dealer, caller, [49, 5, { mode }]);
      receive(dealer, callee, [70, 1, {}, ['late']]);
      deepEqual(caller.take(), [canceled]);
    }
  });

  it('interrupts once however often kill is asked for, and again when it is not waited for any more', () => {
    const { dealer, caller, callee } = underWay({ roles: CANCELING });
    receive(dealer, caller, [49, 5, { mode: 'kill' }]);
    receive(dealer, caller, [49, 5, { mode: 'kill' }]);
    deepEqual(callee.take(), [[69, 1, { mode: 'kill' }]]);
    deepEqual(caller.take(), []);
    receive(dealer, caller, [49, 5, { mode: 'killnowait' }]);
    deepEqual(callee.take(), [[69, 1, { mode: 'killnowait' }]]);
    deepEqual(caller.take(), [canceled]);
  });

  it('passes the callee’s answer on after kill', () => {
    const { dealer, caller, callee } = underWay({ roles: CANCELING });
    receive(dealer, caller, [49, 5, { mode: 'kill' }]);
    receive(dealer, callee, [8, 68, 1, {}, 'wamp.error.canceled']);
    deepEqual(caller.take(), [canceled]);
  });

  it('ignores a call that never was, is answered, or is somebody else’s', () => {
    const { dealer, caller, callee } = underWay({ roles: CANCELING });
    receive(dealer, caller, [49, 77, {}]);
    receive(dealer, recordingSession(), [49, 5, {}]);
    receive(dealer, callee, [70, 1, {}]);
    caller.take();
    receive(dealer, caller, [49, 5, {}]);
    deepEqual([caller.take(), callee.take()], [[], []]);
  });
});

describe('Dealer#removeSession', () => {
  it('tells the callers of a callee that has left, and frees its procedures', () => {
    const { dealer, caller, callee } = underWay();
    dealer.removeSession(callee.session);
    deepEqual(caller.take(), [[8, 48, 5, {}, 'wamp.error.canceled', ['the callee has left']]]);
    receive(dealer, caller, [64, 6, {}, 'a.b']);
    equal(caller.take()[0]?.[0], 65);
  });

  it('interrupts the callees of a caller that has left, if they can be interrupted', () => {
    for (const [roles, messages] of [
      [CANCELING, [[69, 1, { mode: 'killnowait' }]]],
      [{}, []],
    ] as const) {
      const { dealer, caller, callee } = underWay({ roles });
      dealer.removeSession(caller.session);
      deepEqual(callee.take(), messages);
      receive(dealer, callee, [70, 1, {}, ['late']]);
      deepEqual(caller.take(), []);
    }
  });
});

describe('Dealer#expireCalls', () => {
  it('ends a call at its deadline and not before, and interrupts the callee', () => {
    const { dealer, caller, callee } = underWay({ roles: CANCELING });
    dealer.expireCalls(50_000);
    dealer.expireCalls(50_999);
    deepEqual([caller.take(), callee.take()], [[], []]);
    dealer.expireCalls(51_000);
    deepEqual(caller.take(), [[8, 48, 5, {}, 'wamp.error.timeout']]);
    deepEqual(callee.take(), [[69, 1, { mode: 'killnowait' }]]);
    receive(dealer, callee, [70, 1, {}, ['late']]);
    dealer.expireCalls(99_999);
    deepEqual(caller.take(), []);
  });
});
