import { callWith, invokedWith } from './calls.js';
import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, dictWith, error } from './pattern.js';
import type { Peer } from './peer.js';
import { announced, knows, knowsForbidden } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const NO_SUCH_PROCEDURE = 'wamp.error.no_such_procedure';

/** A case that needs pattern-based registration to be announced. */
const matching = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase =>
  conforms(rows, title, run, announced('dealer', 'pattern_based_registration'), ...needs);

type Match = 'exact' | 'prefix' | 'wildcard';
type Registered = readonly [name: string, match: Match];

/** The registrations of WAMP 11.8.3, and which of them gets each call: by string prefix, as its prose has it. */
const TABLE: readonly Registered[] = [
  ['a1.b2.c3.d4.e55', 'exact'],
  ['a1.b2.c3', 'prefix'],
  ['a1.b2.c3.d4', 'prefix'],
  ['a1.b2..d4.e5', 'wildcard'],
  ['a1.b2.c33..e5', 'wildcard'],
  ['a1.b2..d4.e5..g7', 'wildcard'],
  ['a1.b2..d4..f6.g7', 'wildcard'],
];
const TABLE_CALLS: readonly (readonly [string, number | undefined])[] = [
  ['a1.b2.c3.d4.e55', 0],
  ['a1.b2.c3.d98.e74', 1],
  ['a1.b2.c3.d4.e325', 2],
  ['a1.b2.c55.d4.e5', 3],
  ['a1.b2.c33.d4.e5', 1],
  ['a1.b2.c88.d4.e5.f6.g7', 5],
  ['a2.b2.c2.d2.e2', undefined],
];

const policyCases: readonly ConformanceCase[] = [
  matching('PG-1 PG-3 PG-7', 'matches a prefix letter by letter', async (c) => {
    const desk = await registered(c, [['myobject1', 'prefix']]);
    for (const name of ['myobject1', 'myobject1.p', 'myobject1-sub', 'myobject1.a.b'])
      await desk.expectCall(name, 0);
    for (const name of ['myobject2', 'myobject', 'Myobject1', 'x.myobject1'])
      await desk.expectCall(name, undefined);
  }),

  matching('PG-2 PG-3 PG-7', 'lets a wildcard stand for one component', async (c) => {
    const desk = await registered(c, [
      ['myapp..proc', 'wildcard'],
      ['double..', 'wildcard'],
    ]);
    for (const name of ['myapp.a.proc', 'myapp.b2.proc']) await desk.expectCall(name, 0);
    for (const name of ['double.x.y', 'double.y.x']) await desk.expectCall(name, 1);
    for (const name of ['myapp.a.proc.sub', 'myapp.a.other', 'myapp2.a.proc', 'myapp.a.b.proc'])
      await desk.expectCall(name, undefined);
    for (const name of ['double', 'double.x', 'double.x.y.z'])
      await desk.expectCall(name, undefined);
  }),

  matching('PG-3', 'names no procedure to a callee that registered just that', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('exact'), { match: 'exact' });
    const caller = await c.join('caller');
    const call = caller.call(c.uri('exact'), ['x']);
    callee.send([70, await callee.invoked(registration, ['x']), {}]);
    await caller.expect([50, call, {}]);
    const other = caller.call(c.uri('exact.sub'));
    await caller.expect(error(48, other, NO_SUCH_PROCEDURE));
  }),

  matching('PG-10', 'takes one URI under each policy, but only once', async (c) => {
    const [callee, other] = [await c.join('callee'), await c.join('other')];
    const ids = new Set<number>();
    for (const match of ['exact', 'prefix', 'wildcard']) {
      ids.add(await callee.register(c.uri('same'), { match }));
      const request = other.request;
      other.send([64, request, { match }, c.uri('same')]);
      await other.expect(error(64, request, 'wamp.error.procedure_already_exists'));
    }
    ensure(ids.size === 3, `not different: ${[...ids].join(', ')}`);
  }),

  matching('PG-11', 'takes exact registrations inside a registered prefix', async (c) => {
    const desk = await registered(c, [
      ['area', 'prefix'],
      ['area.special', 'exact'],
      ['area.deep', 'prefix'],
    ]);
    await desk.expectCall('area.any', 0);
    await desk.expectCall('area.special', 1);
    await desk.expectCall('area.special.sub', 0);
    await desk.expectCall('area.deep.x', 2);
  }),

  conforms(
    'AZ-5',
    'lets no pattern take calls of procedures that are forbidden',
    async (c) => {
      const forbidden = String(c.target.forbiddenPrefix);
      const peer = await c.join('peer');
      for (const [uri, match] of [
        [forbidden, 'prefix'],
        [forbidden.slice(0, 2), 'prefix'],
        ['', 'prefix'],
        ['..conformance', 'wildcard'],
      ]) {
        const request = peer.request;
        peer.send([64, request, { match }, uri]);
        await peer.expect(error(64, request, 'wamp.error.not_authorized'));
      }
      await peer.register(`${c.uri('a')}..b`, { match: 'wildcard' });
    },
    announced('dealer', 'pattern_based_registration'),
    knowsForbidden,
  ),

  matching(
    'URI-14',
    'takes no call below wamp. by a pattern that covers it',
    async (c) => {
      const realm = c.target.unrestrictedRealm ?? c.target.realm;
      const callee = await c.join('callee', { realm });
      await callee.register('', { match: 'prefix' });
      for (const [uri, match] of [
        ['wamp', 'prefix'],
        ['wamp.', 'prefix'],
        ['wamp..unknown', 'wildcard'],
        ['..unknown', 'wildcard'],
      ]) {
        callee.send([64, callee.request, { match }, uri]);
        await callee.receive();
      }
      const caller = await c.join('caller', { realm });
      const call = caller.call('wamp.conformance.unknown');
      const answer = await caller.receive();
      ensure(
        answer[0] === 8 && answer[1] === 48 && answer[2] === call,
        `expected an ERROR, got ${JSON.stringify(answer)}`,
      );
      await callee.receiveNothing();
    },
    knows('unrestrictedRealm'),
  ),
];

const precedenceCases: readonly ConformanceCase[] = [
  matching('PG-4 PG-9', 'goes by exact, then by prefix, then by wildcard', async (c) => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
    ]) {
      const uri = `order${order.join('')}`;
      const all: readonly Registered[] = [
        [`${uri}.b.c`, 'exact'],
        [uri, 'prefix'],
        [`${uri}..c`, 'wildcard'],
      ];
      const desk = await registered(
        c,
        order.map((index) => all[index] ?? [uri, 'exact']),
      );
      for (const best of [0, 1, 2]) {
        await desk.expectCall(`${uri}.b.c`, order.indexOf(best));
        await desk.unregister(order.indexOf(best));
      }
      await desk.expectCall(`${uri}.b.c`, undefined);
    }
  }),

  matching('PG-5', 'goes by the longest of several prefixes', async (c) => {
    const desk = await registered(c, [
      ['a.b', 'prefix'],
      ['a', 'prefix'],
      ['a.b.c.d', 'prefix'],
      ['a.b.c', 'prefix'],
      ['a.b.cd', 'prefix'],
    ]);
    await desk.expectCall('a', 1);
    await desk.expectCall('a.x', 1);
    await desk.expectCall('a.b.x', 0);
    await desk.expectCall('a.b.c.x', 3);
    await desk.expectCall('a.b.c.d.e', 2);
    await desk.expectCall('a.b.cde', 4);
    await desk.unregister(2);
    await desk.expectCall('a.b.c.d.e', 3);
  }),

  matching('PG-6', 'goes by the wildcards with the longest run before each', async (c) => {
    const desk = await registered(c, [
      ['a1...d4', 'wildcard'],
      ['a1.b2..d4', 'wildcard'],
      ['a1..c3.d4', 'wildcard'],
      ['a1.b2.c3.', 'wildcard'],
      ['a1..c3.', 'wildcard'],
    ]);
    await desk.expectCall('a1.x.y.d4', 0);
    await desk.expectCall('a1.b2.y.d4', 1);
    await desk.expectCall('a1.x.c3.d4', 2);
    await desk.expectCall('a1.b2.c3.d4', 3);
    await desk.expectCall('a1.x.c3.y', 4);
    await desk.unregister(3);
    await desk.expectCall('a1.b2.c3.d4', 1);
    await desk.unregister(1);
    await desk.expectCall('a1.b2.c3.d4', 2);
    await desk.unregister(2);
    await desk.expectCall('a1.b2.c3.d4', 4);
  }),

  matching('PG-8 PG-7', "routes the calls of the specification's table", async (c) => {
    const desk = await registered(c, TABLE);
    for (const [name, index] of TABLE_CALLS) await desk.expectCall(name, index);
  }),

  matching('PG-8', 'routes them so whatever the order of registration', async (c) => {
    const desk = await registered(c, TABLE.toReversed());
    for (const [name, index] of TABLE_CALLS)
      await desk.expectCall(name, index === undefined ? undefined : TABLE.length - 1 - index);
  }),

  matching('PG-9 RP-19', 'goes on with the next best when a callee leaves', async (c) => {
    const [best, next] = [await c.join('best'), await c.join('next')];
    const first = await best.register(c.uri('a.b'), { match: 'prefix' });
    const second = await next.register(c.uri('a'), { match: 'prefix' });
    const caller = await c.join('caller');
    const lost = caller.call(c.uri('a.b.c'));
    await best.invoked(first);
    await next.receiveNothing();
    best.cut();
    // The call that was under way is lost with its callee: nobody else gets it.
    await caller.expect(error(48, lost, 'wamp.error.canceled'));
    await next.receiveNothing();
    const call = caller.call(c.uri('a.b.c'));
    const details = dictWith({ procedure: c.uri('a.b.c') });
    next.send([70, await invokedWith(next, second, details), {}]);
    await caller.expect([50, call, {}]);
  }),
];

/** Pattern-based registration (WAMP 11.8). */
export const patternRegistrationCases: readonly ConformanceCase[] = [
  ...policyCases,
  ...precedenceCases,
];

/** A callee with several registrations, and a caller. */
class Desk {
  readonly #c: CaseContext;
  readonly #callee: Peer;
  readonly #caller: Peer;
  readonly #ids: readonly number[];
  readonly #policies: readonly Match[];

  constructor(
    c: CaseContext,
    peers: { readonly callee: Peer; readonly caller: Peer },
    registrations: readonly { readonly id: number; readonly match: Match }[],
  ) {
    this.#c = c;
    this.#callee = peers.callee;
    this.#caller = peers.caller;
    this.#ids = registrations.map(({ id }) => id);
    this.#policies = registrations.map(({ match }) => match);
  }

  /** Claims that a call is routed to just the registration of this index, to none if undefined. */
  async expectCall(name: string, index: number | undefined): Promise<void> {
    const procedure = this.#c.uri(name);
    const call = callWith(this.#caller, {}, procedure, [name]);
    if (index === undefined) {
      await this.#caller.expect(error(48, call, NO_SUCH_PROCEDURE));
    } else {
      const details = this.#policies[index] === 'exact' ? anyDict : dictWith({ procedure });
      const id = await invokedWith(this.#callee, Number(this.#ids[index]), details, [name]);
      this.#callee.send([70, id, {}, [name]]);
      await this.#caller.expect([50, call, {}, [name]]);
    }
    await this.#callee.receiveNothing();
  }

  /** Ends the registration of this index. */
  async unregister(index: number): Promise<void> {
    const request = this.#callee.request;
    this.#callee.send([66, request, this.#ids[index]]);
    await this.#callee.expect([67, request]);
  }
}

async function registered(c: CaseContext, registrations: readonly Registered[]): Promise<Desk> {
  const callee = await c.join('callee');
  const made = [];
  for (const [name, match] of registrations)
    made.push({ id: await callee.register(c.uri(name), { match }), match });
  return new Desk(c, { callee, caller: await c.join('caller') }, made);
}
