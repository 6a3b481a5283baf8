import { routed } from './calls.js';
import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { expectMeta } from './meta-call.js';
import { anyDict, anyId, error, matches, oneOf } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer } from './peer.js';
import { announced } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const EXISTS = 'wamp.error.procedure_already_exists';
const SHARED = ['roundrobin', 'random', 'first', 'last'] as const;

/** A case that needs shared registration to be announced. */
const shares = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase =>
  conforms(rows, title, run, announced('dealer', 'shared_registration'), ...needs);

const policyCases: readonly ConformanceCase[] = [
  shares('SR-1 RP-2', 'shares nothing unless the first callee wants it', async (c) => {
    for (const options of [{}, { invoke: 'single' }]) {
      const uri = c.uri(`single${Object.keys(options).length}`);
      const first = await c.join('first');
      await first.register(uri, options);
      const other = await c.join('other');
      for (const invoke of [undefined, 'single', ...SHARED])
        await expectRefused(other, uri, invoke === undefined ? {} : { invoke });
    }
  }),

  ...SHARED.map((invoke) =>
    shares('SR-2', `refuses another policy than ${invoke}, or none`, async (c) => {
      await staffed(c, ['first'], { invoke });
      const other = await c.join('other');
      for (const wrong of [...SHARED, 'single'])
        if (wrong !== invoke) await expectRefused(other, c.uri('shared'), { invoke: wrong });
      await expectRefused(other, c.uri('shared'), {});
    }),
  ),

  shares('SR-3', 'goes round by roundrobin, in the order of registration', async (c) => {
    const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'roundrobin' });
    ensure((await staff.callAll(7)) === 'abcabca', 'not in turn');
  }),

  shares('SR-3', 'goes round by roundrobin whoever calls, answered or not', async (c) => {
    const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'roundrobin' });
    const others = [await c.join('x'), await c.join('y')];
    for (let round = 0; round < 3; round += 1)
      for (const caller of others) {
        caller.call(c.uri('shared'));
        await caller.receiveNothing();
      }
    for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) await staff.invokedAt(name);
  }),

  shares('SR-3 SR-7', 'takes a new callee into the round', async (c) => {
    const staff = await staffed(c, ['a', 'b'], { invoke: 'roundrobin' });
    await staff.callAll(4);
    await staff.add(c, 'c', { invoke: 'roundrobin' });
    const seen = await staff.callAll(6);
    for (const name of 'abc')
      ensure(seen.split(name).length === 3, `${name} is not invoked twice in ${seen}`);
  }),

  shares('SR-3 SR-7', 'goes on round without those that leave', async (c) => {
    for (const leaver of ['a', 'b', 'c']) {
      const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'roundrobin' }, leaver);
      await staff.callAll(1);
      await staff.leave(leaver);
      const seen = await staff.callAll(4);
      for (const name of 'abc'.replace(leaver, ''))
        ensure(seen.slice(0, 2).includes(name), `${name} is left out of ${seen} without ${leaver}`);
      ensure(seen.slice(0, 2) === seen.slice(2), `not in turn: ${seen} without ${leaver}`);
    }
  }),

  shares('SR-4', 'invokes each now and then by random', async (c) => {
    const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'random' });
    const seen = await staff.callAll(60);
    for (const name of 'abc') ensure(seen.includes(name), `${name} is never invoked: ${seen}`);
    ensure(!/^(abc|bca|cab|acb|cba|bac)+$/.test(seen), `in turn, not at random: ${seen}`);
  }),

  shares('SR-5 SR-7', 'goes to the earliest that is still there by first', async (c) => {
    const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'first' });
    ensure((await staff.callAll(2)) === 'aa', 'not the first');
    await staff.leave('b');
    ensure((await staff.callAll(1)) === 'a', 'not the first');
    await staff.leave('a');
    await staff.add(c, 'd', { invoke: 'first' });
    ensure((await staff.callAll(2)) === 'cc', 'not the next');
  }),

  shares('SR-5 SR-7', 'goes to the latest that is still there by last', async (c) => {
    const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'last' });
    ensure((await staff.callAll(2)) === 'cc', 'not the last');
    await staff.leave('c');
    ensure((await staff.callAll(1)) === 'b', 'not the one before');
    await staff.add(c, 'd', { invoke: 'last' });
    ensure((await staff.callAll(2)) === 'dd', 'not the new one');
  }),
];

const memberCases: readonly ConformanceCase[] = [
  shares('SR-6', 'gives all callees the same registration id', async (c) => {
    const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'roundrobin' });
    ensure(new Set(staff.ids).size === 1, `registration ids ${staff.ids.join(', ')}`);
  }),

  shares(
    'SR-6',
    'counts all callees',
    async (c) => {
      const staff = await staffed(c, ['a', 'b', 'c'], { invoke: 'first' });
      const asker = await c.join('asker');
      const count = 'wamp.registration.count_callees';
      await expectMeta(asker, [count, [staff.ids[0]]], [3]);
      await staff.leave('b');
      await expectMeta(asker, [count, [staff.ids[0]]], [2]);
    },
    announced('dealer', 'registration_meta_api'),
  ),

  shares('SR-7', 'keeps the policy until the last has left', async (c) => {
    const staff = await staffed(c, ['a', 'b'], { invoke: 'last' });
    await staff.leave('a');
    const other = await c.join('other');
    await expectRefused(other, c.uri('shared'), { invoke: 'first' });
    ensure((await staff.callAll(1)) === 'b', 'not the one that is left');
  }),

  shares('SR-7 RP-3', 'lets one unregister and the others go on', async (c) => {
    const staff = await staffed(c, ['a', 'b'], { invoke: 'first' });
    const a = staff.peer('a');
    const request = a.request;
    a.send([66, request, staff.ids[0]]);
    await a.expect([67, request]);
    ensure((await staff.callAll(2)) === 'bb', 'not the one that is left');
    await a.receiveNothing();
    a.send([66, a.request, staff.ids[0]]);
    await a.expect(error(66, a.request - 1, 'wamp.error.no_such_registration'));
  }),

  shares('SR-8', 'takes another policy once the last has left', async (c) => {
    const staff = await staffed(c, ['a', 'b'], { invoke: 'last' });
    await staff.leave('a');
    await staff.leave('b');
    const caller = await c.join('caller');
    const call = caller.call(c.uri('shared'));
    await caller.expect(error(48, call, 'wamp.error.no_such_procedure'));
    await caller.register(c.uri('shared'), { invoke: 'random' });
  }),

  shares('SR-9', 'refuses a session that has registered already', async (c) => {
    for (const invoke of SHARED) {
      const callee = await c.join('callee');
      await callee.register(c.uri(invoke), { invoke });
      await expectRefused(callee, c.uri(invoke), { invoke });
    }
  }),

  shares('SR-10', 'takes an unknown policy for a violation', async (c) => {
    const uri = JSON.stringify(c.uri('shared'));
    const policies = ['"foo"', '""', '"Single"', '5', 'null', 'true', '[]'];
    await c.expectViolations(policies.map((invoke) => `[64,1,{"invoke":${invoke}},${uri}]`));
  }),

  shares(
    'SR-11',
    'shares each pattern by a policy of its own',
    async (c) => {
      const prefix = await staffed(c, ['a', 'b'], { invoke: 'roundrobin', match: 'prefix' });
      const exact = await staffed(c, ['c', 'd'], { invoke: 'last' });
      ensure(prefix.ids[0] !== exact.ids[0], 'one registration for two policies of matching');
      ensure((await exact.callAll(2)) === 'dd', 'not by last');
      ensure((await prefix.callAll(4, 'shared.sub')) === 'abab', 'not by roundrobin');
      await exact.leave('c');
      await exact.leave('d');
      ensure((await prefix.callAll(2)) === 'ab', 'the prefix does not match its own URI');
    },
    announced('dealer', 'pattern_based_registration'),
  ),

  shares('RP-14', 'ends only the calls of the callee that leaves', async (c) => {
    const staff = await staffed(c, ['a', 'b'], { invoke: 'roundrobin' });
    const caller = await c.join('caller');
    const calls = [1, 2, 3, 4].map(() => caller.call(c.uri('shared')));
    const ids: number[] = [];
    for (const name of ['a', 'b', 'a', 'b']) ids.push(await staff.invokedAt(name));
    await staff.leave('a');
    const lost = new Set([calls[0], calls[2]]);
    for (let count = 0; count < 2; count += 1) {
      const canceled = oneOf(
        ...[...lost].map((call) => error(48, Number(call), 'wamp.error.canceled')),
      );
      const answer = await caller.expect(canceled);
      ensure(lost.delete(idAt(answer, 2)), `not lost: ${JSON.stringify(answer)}`);
    }
    for (const index of [3, 1]) {
      staff.peer('b').send([70, ids[index], {}, [index]]);
      await caller.expect([50, calls[index], {}, [index]]);
    }
    await caller.receiveNothing();
  }),
];

/** Shared registration (WAMP 11.9). */
export const sharedRegistrationCases: readonly ConformanceCase[] = [...policyCases, ...memberCases];

async function expectRefused(peer: Peer, uri: string, options: object): Promise<void> {
  const request = peer.request;
  peer.send([64, request, options, uri]);
  await peer.expect(error(64, request, EXISTS));
}

/** The callees of one procedure, by names of one letter, and somebody who calls it. */
class Staff {
  readonly ids: number[] = [];
  readonly #c: CaseContext;
  readonly #caller: Peer;
  readonly #name: string;
  readonly #callees = new Map<string, Peer>();

  constructor(c: CaseContext, caller: Peer, name: string) {
    this.#c = c;
    this.#caller = caller;
    this.#name = name;
  }

  /** One more callee. */
  async add(c: CaseContext, name: string, options: object): Promise<void> {
    const callee = await c.join(name);
    this.ids.push(await callee.register(c.uri(this.#name), options));
    this.#callees.set(name, callee);
  }

  /** The callee of that name. */
  peer(name: string): Peer {
    const callee = this.#callees.get(name);
    ensure(callee !== undefined, `nobody is called ${name}`);
    return callee;
  }

  /** Waits until the callee is invoked and gives the invocation's id. */
  invokedAt(name: string): Promise<number> {
    return this.peer(name).invoked(Number(this.ids[0]));
  }

  /** Lets a callee leave, and waits until the router has noticed. */
  async leave(name: string): Promise<void> {
    const ended = await this.#c.witness(this.peer(name));
    await this.peer(name).leave();
    await ended();
    this.#callees.delete(name);
  }

  /** Calls as often, one after the other, and tells who was invoked. */
  async callAll(times: number, name = this.#name): Promise<string> {
    let seen = '';
    for (let time = 0; time < times; time += 1) {
      const call = this.#caller.call(this.#c.uri(name));
      seen += await this.#answerer();
      await this.#caller.expect([50, call, anyDict, [seen.slice(-1)]]);
    }
    return seen;
  }

  /** Asks each callee for what has come, answers the one invocation and gives the name of who was invoked. */
  async #answerer(): Promise<string> {
    await routed(this.#c, this.#caller);
    let answerer = '';
    for (const [name, callee] of this.#callees) {
      const request = callee.request;
      callee.send([34, request, 2 ** 53 - 1]);
      const answered = error(34, request, 'wamp.error.no_such_subscription');
      const message = await callee.receive();
      if (matches(answered, message)) continue;
      ensure(matches([68, anyId, this.ids[0], anyDict], message), JSON.stringify(message));
      ensure(answerer === '', `${answerer} and ${name} are invoked by one call`);
      await callee.expect(answered);
      callee.send([70, message[1], {}, [name]]);
      answerer = name;
    }
    ensure(answerer !== '', 'nobody is invoked');
    return answerer;
  }
}

async function staffed(
  c: CaseContext,
  names: readonly string[],
  options: object,
  variant = '',
): Promise<Staff> {
  const staff = new Staff(c, await c.join('caller'), `shared${variant}`);
  for (const name of names) await staff.add(c, name, options);
  return staff;
}
