import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  Registration,
  RegistrationObserver,
} from '../../../src/router/dealer/registration.js';
import type { Session } from '../../../src/router/session.js';
import { idOf } from '../../support/peer.js';
import { Stage, withFeatures } from './stage.js';

/** Notes what an observer hears: who, what, which. */
function recordingObserver(): { observer: RegistrationObserver; heard: unknown[][] } {
  const heard: unknown[][] = [];
  const note =
    (event: string) =>
    ({ id }: Session, { uri, callees }: Registration): void => {
      heard.push([event, id, uri, callees.length]);
    };
  const observer = {
    oncreated: note('created'),
    onregistered: note('registered'),
    onunregistered: note('unregistered'),
    ondeleted: note('deleted'),
  };
  return { observer, heard };
}

const error = (type: number, request: number, uri: string, ...rest: unknown[]): unknown[] => [
  8,
  type,
  request,
  {},
  uri,
  ...rest,
];
const EXISTS = 'wamp.error.procedure_already_exists';
const NO_PROCEDURE = 'wamp.error.no_such_procedure';

describe('pattern-based registrations', () => {
  const patterns = [
    ['com.myapp.myobject1', 'prefix', 'com.myapp.myobject1', true],
    ['com.myapp.myobject1', 'prefix', 'com.myapp.myobject1.p', true],
    ['com.myapp.myobject1', 'prefix', 'com.myapp.myobject1-sub', true],
    ['com.myapp.myobject1', 'prefix', 'com.myapp.myobject2', false],
    ['com.myapp.myobject1', 'prefix', 'com.myapp.myobject', false],
    ['com.myapp..proc', 'wildcard', 'com.myapp.x.proc', true],
    ['com.myapp..proc', 'wildcard', 'com.myapp.x.y.proc', false],
    ['com.myapp..proc', 'wildcard', 'com.myapp.proc', false],
  ] as const;

  // PG-1, PG-2, PG-3, PG-7
  for (const [uri, match, procedure, isMatch] of patterns) {
    it(`${match} ${uri} ${isMatch ? 'takes' : 'leaves'} ${procedure}`, () => {
      const stage = new Stage();
      const [caller, callee] = [stage.enter(), stage.enter()];
      const registration = callee.register(uri, { match });
      caller.send([48, 1, {}, procedure, ['x']]);
      deepEqual(callee.take(), isMatch ? [[68, 1, registration, { procedure }, ['x']]] : []);
      deepEqual(caller.take(), isMatch ? [] : [error(48, 1, NO_PROCEDURE)]);
    });
  }

  // PG-4, PG-5, PG-6, PG-8, PG-9, PG-11: WAMP's own table; in its fifth row the prefix a1.b2.c3 matches as a string (X18).
  it('send a call to the best one only', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(), stage.enter()];
    const ids = [
      ['a1.b2.c3.d4.e55', 'exact'],
      ['a1.b2.c3', 'prefix'],
      ['a1.b2.c3.d4', 'prefix'],
      ['a1.b2..d4.e5', 'wildcard'],
      ['a1.b2.c33..e5', 'wildcard'],
      ['a1.b2..d4.e5..g7', 'wildcard'],
      ['a1.b2..d4..f6.g7', 'wildcard'],
    ].map(([uri = '', match]) => callee.register(uri, { match }));
    const taken = [
      ['a1.b2.c3.d4.e55', 1],
      ['a1.b2.c3.d98.e74', 2],
      ['a1.b2.c3.d4.e325', 3],
      ['a1.b2.c55.d4.e5', 4],
      ['a1.b2.c33.d4.e5', 2],
      ['a1.b2.c88.d4.e5.f6.g7', 6],
    ] as const;
    for (const [index, [procedure, place]] of taken.entries()) {
      caller.send([48, index + 1, {}, procedure]);
      const invocations = callee.take();
      equal(invocations.length, 1);
      equal(invocations[0]?.[2], ids[place - 1]);
    }
    caller.send([48, 7, {}, 'a2.b2.c2.d2.e2']);
    deepEqual(caller.take(), [error(48, 7, NO_PROCEDURE)]);
  });

  // PG-10, SR-11
  it('are another registration than the exact one of the same URI', () => {
    const stage = new Stage();
    const callee = stage.enter();
    const ids = ['exact', 'prefix', 'wildcard'].map((match) => callee.register('a.b', { match }));
    equal(new Set(ids).size, 3);
    callee.send([64, 4, { match: 'prefix' }, 'a.b']);
    deepEqual(callee.take(), [error(64, 4, EXISTS)]);
  });

  // URI-14
  it('never take calls to reserved procedures', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(), stage.enter()];
    for (const uri of ['', 'wam', 'wamp']) callee.register(uri, { match: 'prefix' });
    callee.register('..', { match: 'wildcard' });
    caller.send([48, 1, {}, 'wamp.session.count']);
    deepEqual(caller.take(), [error(48, 1, NO_PROCEDURE)]);
  });
});

describe('shared registrations', () => {
  // SR-1, SR-2, SR-9
  it('are refused without a policy, with another one, and to a session that is in it', () => {
    const stage = new Stage();
    const [first, second] = [stage.enter(), stage.enter()];
    first.register('a.single');
    first.register('a.shared', { invoke: 'roundrobin' });
    for (const [session, options, uri] of [
      [second, {}, 'a.single'],
      [second, { invoke: 'roundrobin' }, 'a.single'],
      [second, { invoke: 'single' }, 'a.shared'],
      [second, { invoke: 'random' }, 'a.shared'],
      [first, { invoke: 'roundrobin' }, 'a.shared'],
    ] as const) {
      session.send([64, 5, options, uri]);
      deepEqual(session.take(), [error(64, 5, EXISTS)]);
    }
  });

  // SR-6, SR-7, SR-8
  it('have one id and keep their policy until the last has left', () => {
    const stage = new Stage();
    const [first, second, third] = [stage.enter(), stage.enter(), stage.enter()];
    const id = first.register('a.b', { invoke: 'last' });
    equal(second.register('a.b', { invoke: 'last' }), id);
    const { registrations } = stage.dealer;
    deepEqual(registrations.find(id)?.callees, [first.session, second.session]);
    first.leave();
    third.send([64, 1, { invoke: 'first' }, 'a.b']);
    deepEqual(third.take(), [error(64, 1, EXISTS)]);
    second.send([66, 2, id]);
    deepEqual(second.take(), [[67, 2]]);
    equal(registrations.find(id), undefined);
    equal(third.register('a.b', { invoke: 'first' }) === id, false);
  });

  // SR-3, SR-5: the callees of six calls that are answered at once, then of two after the second of three has left.
  for (const [invoke, before, after] of [
    ['roundrobin', [0, 1, 2, 0, 1, 2], [0, 2]],
    ['first', [0, 0, 0, 0, 0, 0], [0, 0]],
    ['last', [2, 2, 2, 2, 2, 2], [2, 2]],
    ['least_busy', [0, 1, 2, 0, 1, 2], [0, 2]],
  ] as const) {
    it(`${invoke} picks ${before.join()}`, () => {
      const stage = new Stage();
      const [caller, ...callees] = [stage.enter(), stage.enter(), stage.enter(), stage.enter()];
      for (const callee of callees) callee.register('a.b', { invoke });
      let request = 0;
      const call = (): number => {
        caller.send([48, (request += 1), {}, 'a.b']);
        const chosen = callees.findIndex(({ transport }) => transport.sent.length > 0);
        const [invocation = []] = callees[chosen]?.take() ?? [];
        callees[chosen]?.send([70, invocation[1], {}]);
        return chosen;
      };
      deepEqual(before.map(call), before);
      callees[1].leave();
      deepEqual(after.map(call), after);
      equal(caller.take().length, 8);
    });
  }

  // SR-4
  it('random picks each of them now and then', () => {
    const stage = new Stage();
    const [caller, ...callees] = [stage.enter(), stage.enter(), stage.enter(), stage.enter()];
    for (const callee of callees) callee.register('a.b', { invoke: 'random' });
    for (let request = 1; request <= 300; request += 1) caller.send([48, request, {}, 'a.b']);
    const taken = callees.map(({ take }) => take().length);
    equal(Math.min(...taken) > 40, true);
    equal(
      taken.reduce((sum, each) => sum + each),
      300,
    );
  });

  it('least_busy picks who has the fewest calls to answer', () => {
    const stage = new Stage();
    const [caller, slow, fast] = [stage.enter(), stage.enter(), stage.enter()];
    for (const callee of [slow, fast]) callee.register('a.b', { invoke: 'least_busy' });
    caller.send([48, 1, {}, 'a.b']);
    for (let request = 2; request <= 4; request += 1) {
      caller.send([48, request, {}, 'a.b']);
      fast.send([70, request - 1, {}]);
    }
    deepEqual([slow.take().length, fast.take().length], [1, 3]);
  });

  it('do not know the name that Thruway gives to least_busy', () => {
    const callee = new Stage().enter();
    callee.send([64, 1, { invoke: '_thruway' }, 'a.b']);
    equal(callee.take()[0]?.[4], 'wamp.error.option_not_allowed');
  });
});

describe('RegistrationDirectory', () => {
  it('shows what there is, the oldest first', () => {
    const stage = new Stage();
    const callee = stage.enter();
    const exact = callee.register('a.b');
    const prefix = callee.register('a.', { match: 'prefix' });
    const { registrations } = stage.dealer;
    deepEqual(
      [...registrations].map(({ id, uri, match, invoke }) => [id, uri, match, invoke]),
      [
        [exact, 'a.b', 'exact', 'single'],
        [prefix, 'a.', 'prefix', 'single'],
      ],
    );
    equal(registrations.best('a.b')?.id, exact);
    equal(registrations.best('a.c')?.id, prefix);
    equal(registrations.lookup('a.b', 'prefix'), undefined);
  });
});

describe('RegistrationObserver', () => {
  it('hears how registrations come and go, while it happens', () => {
    const { observer, heard } = recordingObserver();
    const stage = new Stage({ observer });
    const [first, second] = [stage.enter(), stage.enter()];
    const id = first.register('a.b', { invoke: 'first' });
    second.register('a.b', { invoke: 'first' });
    first.send([66, 2, id]);
    second.leave();
    deepEqual(heard, [
      ['created', first.session.id, 'a.b', 1],
      ['registered', first.session.id, 'a.b', 1],
      ['registered', second.session.id, 'a.b', 2],
      ['unregistered', first.session.id, 'a.b', 1],
      ['unregistered', second.session.id, 'a.b', 0],
      ['deleted', second.session.id, 'a.b', 0],
    ]);
  });

  it('hears nothing of the registrations of the router itself', () => {
    const { observer, heard } = recordingObserver();
    const callee = new Stage({ observer }).enter({ isInternal: true });
    callee.register('wamp.session.count');
    callee.leave();
    deepEqual(heard, []);
  });
});

describe('Dealer#revoke', () => {
  // RV-1, RV-2
  it('tells a session that announced revocation, and the observer in any case', () => {
    for (const [changes, messages] of [
      [withFeatures('registration_revocation'), 1],
      [{}, 0],
    ] as const) {
      const { observer, heard } = recordingObserver();
      const stage = new Stage({ observer });
      const callee = stage.enter(changes);
      const id = callee.register('a.b');
      equal(stage.dealer.revoke({ id }, callee.session, 'no.more'), true);
      const unregistered = [67, 0, { registration: id, reason: 'no.more' }];
      deepEqual(callee.take(), [unregistered].slice(0, messages));
      deepEqual(heard.slice(2).map(String), [
        `unregistered,${callee.session.id},a.b,0`,
        `deleted,${callee.session.id},a.b,0`,
      ]);
      equal(stage.dealer.revoke({ id }, callee.session), false);
    }
  });

  it('leaves out a reason that is not given, and calls under way alone', () => {
    const stage = new Stage();
    const callee = stage.enter(withFeatures('registration_revocation'));
    const caller = stage.enter();
    const id = callee.register('a.b');
    caller.send([48, 1, {}, 'a.b']);
    callee.take();
    stage.dealer.revoke({ id }, callee.session);
    deepEqual(callee.take(), [[67, 0, { registration: id }]]);
    callee.send([70, 1, {}, ['late']]);
    deepEqual(caller.take(), [[50, 1, {}, ['late']]]);
  });

  it('does nothing for a session that does not take part', () => {
    const stage = new Stage();
    const id = stage.enter().register('a.b');
    equal(stage.dealer.revoke({ id }, stage.enter().session), false);
    equal(stage.dealer.registrations.find(id)?.callees.length, 1);
  });
});

describe('force_reregister', () => {
  const FORCED = { force_reregister: true };

  // RV-3
  it('is refused unless it is allowed', () => {
    const stage = new Stage();
    const [holder, other] = [stage.enter(), stage.enter()];
    holder.register('a.b');
    other.send([64, 1, FORCED, 'a.b']);
    equal(other.take()[0]?.[4], 'wamp.error.option_not_allowed');
    other.send([64, 2, { force_reregister: false }, 'a.b']);
    deepEqual(other.take(), [error(64, 2, EXISTS)]);
  });

  it('takes the procedure away from those who hold it', () => {
    const stage = new Stage({ allowsForceReregister: true });
    const revocation = withFeatures('registration_revocation');
    const [told, untold, other] = [stage.enter(revocation), stage.enter(), stage.enter()];
    const id = told.register('a.b', { invoke: 'first' });
    untold.register('a.b', { invoke: 'first' });
    other.send([64, 1, FORCED, 'a.b']);
    const [registered = []] = other.take();
    equal(idOf(registered) === id, false);
    const reason = 'another callee has taken the procedure';
    deepEqual(told.take(), [[67, 0, { registration: id, reason }]]);
    deepEqual(untold.take(), []);
    deepEqual(stage.dealer.registrations.lookup('a.b', 'exact')?.callees, [other.session]);
    told.send([66, 2, id]);
    deepEqual(told.take(), [error(66, 2, 'wamp.error.no_such_registration')]);
  });

  it('takes nothing away from the router’s own clients, but for one of them', () => {
    const stage = new Stage({ allowsForceReregister: true });
    const [own, successor] = [stage.enter({ isInternal: true }), stage.enter({ isInternal: true })];
    own.register('a.b');
    const other = stage.enter();
    other.send([64, 1, FORCED, 'a.b']);
    deepEqual(other.take(), [error(64, 1, EXISTS)]);
    equal(stage.dealer.registrations.best('a.b')?.callees[0], own.session);
    successor.register('a.b', FORCED);
    equal(stage.dealer.registrations.best('a.b')?.callees[0], successor.session);
  });

  it('takes nothing away when the session may register no more', () => {
    const stage = new Stage({ allowsForceReregister: true });
    const [holder, other] = [stage.enter(), stage.enter({ limits: { registrations: 0 } })];
    holder.register('a.b');
    other.send([64, 1, FORCED, 'a.b']);
    equal(other.take()[0]?.[4], 'expressway.error.limit_exceeded');
    equal(stage.dealer.registrations.best('a.b')?.callees[0], holder.session);
  });
});
