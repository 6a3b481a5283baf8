import type { CaseContext } from './case-context.js';
import { pair, routed } from './calls.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, dictWith, error, matches } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer } from './peer.js';
import { rolesWith } from './roles.js';
import { announced, unannounced } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const UNAVAILABLE = 'wamp.error.unavailable';
const NOBODY = 'wamp.error.no_available_callee';
const REROUTING = ['call_reroute', 'call_canceling'];
const sharing = announced('dealer', 'shared_registration');

/** A case that needs call re-routing to be announced. */
const reroutes = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, announced('dealer', 'call_reroute'), ...needs);

/** Call re-routing (WAMP 11.5). */
export const reroutingCases: readonly ConformanceCase[] = [
  ...[{}, { invoke: 'single' }].map((register) =>
    reroutes(
      'RR-1',
      `has nobody else for a procedure registered with ${JSON.stringify(register)}`,
      async (c) => {
        const { caller, callee, registration, procedure } = await pair(c, {
          callee: REROUTING,
          register,
        });
        const call = caller.call(procedure);
        callee.send([8, 68, await callee.invoked(registration), {}, UNAVAILABLE]);
        await caller.expect(error(48, call, NOBODY));
        await callee.receiveNothing();
        await caller.receiveNothing();
      },
    ),
  ),

  reroutes(
    'RR-1',
    'has nobody else where the only sharer is unavailable',
    async (c) => {
      const { caller, staff } = await shared(c, 'roundrobin', ['a']);
      const call = caller.call(c.uri('shared'));
      await refuse(staff, 'a');
      await caller.expect(error(48, call, NOBODY));
    },
    sharing,
  ),

  ...[
    { rows: 'RR-2 RR-7', invoke: 'roundrobin', order: 'abc' },
    { rows: 'RR-4 RR-7', invoke: 'first', order: 'abc' },
    { rows: 'RR-5 RR-7', invoke: 'last', order: 'cba' },
  ].map(({ rows, invoke, order }) =>
    reroutes(
      rows,
      `goes by ${invoke} to the next that is available`,
      async (c) => {
        const { caller, staff } = await shared(c, invoke, ['a', 'b', 'c']);
        const [first = '', second = '', third = ''] = order;
        const call = caller.call(c.uri('shared'), ['payload'], { kept: true });
        await refuse(staff, first);
        await refuse(staff, second);
        await caller.receiveNothing();
        const { peer, registration } = member(staff, third);
        const id = await peer.invoked(registration, ['payload'], { kept: true });
        peer.send([70, id, {}, ['done']]);
        await caller.expect([50, call, {}, ['done']]);
        for (const name of order) await member(staff, name).peer.receiveNothing();
      },
      sharing,
    ),
  ),

  reroutes(
    'RR-3 RR-6 RR-7',
    'tries each once by random, and then gives up',
    async (c) => {
      const { caller, staff } = await shared(c, 'random', ['a', 'b', 'c']);
      for (let round = 0; round < 4; round += 1) {
        const call = caller.call(c.uri('shared'));
        await routed(c, caller);
        const tried = new Set<string>();
        while (tried.size < staff.size) {
          const { name, id } = await whoIsInvoked(staff);
          ensure(!tried.has(name), `${name} is tried twice`);
          tried.add(name);
          member(staff, name).peer.send([8, 68, id, {}, UNAVAILABLE]);
          await routed(c, member(staff, name).peer);
        }
        await caller.expect(error(48, call, NOBODY));
      }
    },
    sharing,
  ),

  ...['roundrobin', 'first', 'last'].map((invoke) =>
    reroutes(
      'RR-6 RR-7',
      `gives up by ${invoke} when all are unavailable`,
      async (c) => {
        const { caller, staff } = await shared(c, invoke, ['a', 'b', 'c']);
        for (let round = 0; round < (invoke === 'roundrobin' ? 1 : 2); round += 1) {
          const call = caller.call(c.uri('shared'));
          const order = invoke === 'last' ? 'cba' : 'abc';
          for (const name of order) await refuse(staff, name);
          await caller.expect(error(48, call, NOBODY));
          await caller.receiveNothing();
        }
      },
      sharing,
    ),
  ),

  reroutes(
    'RR-7 ID-5',
    'numbers the invocations of each callee on',
    async (c) => {
      const { caller, staff } = await shared(c, 'first', ['a', 'b']);
      for (const id of [1, 2, 3]) {
        const call = caller.call(c.uri('shared'));
        ensure((await refuse(staff, 'a')) === id, `a is not invoked with id ${id}`);
        const { peer, registration } = member(staff, 'b');
        const invocation = await peer.invoked(registration);
        ensure(invocation === id, `b is invoked with id ${invocation}, not ${id}`);
        peer.send([70, invocation, {}]);
        await caller.expect([50, call, {}]);
      }
    },
    sharing,
  ),

  reroutes(
    'RR-2 PV-10',
    'discards what an unavailable callee answers later',
    async (c) => {
      const { caller, staff } = await shared(c, 'first', ['a', 'b']);
      const call = caller.call(c.uri('shared'));
      const first = await refuse(staff, 'a');
      const { peer, registration } = member(staff, 'b');
      const second = await peer.invoked(registration);
      member(staff, 'a').peer.send([70, first, {}, ['changed my mind']]);
      await member(staff, 'a').peer.receiveNothing();
      await caller.receiveNothing();
      peer.send([70, second, {}, ['from b']]);
      await caller.expect([50, call, {}, ['from b']]);
    },
    sharing,
  ),

  reroutes(
    'RR-2 CA-3 RP-14',
    'lets the new callee be interrupted, and leave, as if it were the first',
    async (c) => {
      const { caller, staff } = await shared(c, 'first', ['a', 'b', 'c']);
      const cancelled = caller.call(c.uri('shared'));
      await refuse(staff, 'a');
      const { peer, registration } = member(staff, 'b');
      const invocation = await peer.invoked(registration);
      caller.send([49, cancelled, { mode: 'killnowait' }]);
      await caller.expect(error(48, cancelled, 'wamp.error.canceled'));
      await peer.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
      await member(staff, 'a').peer.receiveNothing();
      const lost = caller.call(c.uri('shared'));
      await refuse(staff, 'a');
      await peer.invoked(registration);
      peer.cut();
      await caller.expect(error(48, lost, 'wamp.error.canceled'));
      await member(staff, 'c').peer.receiveNothing();
    },
    sharing,
  ),

  reroutes('RR-8', 'passes the error of a callee on that did not announce it', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c);
    const call = caller.call(procedure);
    callee.send([8, 68, await callee.invoked(registration), {}, UNAVAILABLE, ['busy']]);
    await caller.expect([8, 48, call, anyDict, UNAVAILABLE, ['busy']]);
  }),

  conforms(
    'RR-8',
    'passes the error on without announcing call re-routing',
    async (c) => {
      const { caller, callee, registration, procedure } = await pair(c, { callee: REROUTING });
      const call = caller.call(procedure);
      callee.send([8, 68, await callee.invoked(registration), {}, UNAVAILABLE, ['busy']]);
      await caller.expect([8, 48, call, anyDict, UNAVAILABLE, ['busy']]);
    },
    unannounced('dealer', 'call_reroute'),
  ),
];

interface Member {
  readonly peer: Peer;
  readonly registration: number;
}
type StaffOf = ReadonlyMap<string, Member>;

/** Callees that share a procedure in this order and announce call re-routing, and a caller. */
async function shared(
  c: CaseContext,
  invoke: string,
  names: readonly string[],
): Promise<{ readonly caller: Peer; readonly staff: StaffOf }> {
  const staff = new Map<string, Member>();
  for (const name of names) {
    const peer = await c.join(name, { roles: rolesWith(...REROUTING) });
    staff.set(name, { peer, registration: await peer.register(c.uri('shared'), { invoke }) });
  }
  return { caller: await c.join('caller'), staff };
}

function member(staff: StaffOf, name: string): Member {
  const found = staff.get(name);
  ensure(found !== undefined, `nobody is called ${name}`);
  return found;
}

/** Waits until this callee is invoked, lets it be unavailable and gives the invocation's id. */
async function refuse(staff: StaffOf, name: string): Promise<number> {
  const { peer, registration } = member(staff, name);
  const invocation = await peer.receive();
  ensure(invocation[0] === 68 && invocation[2] === registration, JSON.stringify(invocation));
  const id = idAt(invocation, 1);
  peer.send([8, 68, id, {}, UNAVAILABLE]);
  return id;
}

/** Which callee has been invoked, by asking each. */
async function whoIsInvoked(
  staff: StaffOf,
): Promise<{ readonly name: string; readonly id: number }> {
  for (const [name, { peer, registration }] of staff) {
    const request = peer.request;
    peer.send([34, request, 2 ** 53 - 1]);
    const answered = error(34, request, 'wamp.error.no_such_subscription');
    const message = await peer.receive();
    if (matches(answered, message)) continue;
    const id = idAt(message, 1);
    ensure(matches([68, id, registration, anyDict], message), JSON.stringify(message));
    await peer.expect(answered);
    return { name, id };
  }
  ensure(false, 'nobody is invoked');
}
