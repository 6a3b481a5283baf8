import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { List } from '../../../src/router/protocol/message.js';
import { Stage, withFeatures, type Actor } from './stage.js';

const ACTORS = 4;
const CONCURRENCY = 2;
const PROCEDURES = [
  ['a.single', 'single'],
  ['a.turn', 'roundrobin'],
  ['a.random', 'random'],
  ['a.first', 'first'],
  ['a.last', 'last'],
  ['a.busy', 'least_busy'],
] as const;
const ANSWERS = ['yield', 'progress', 'error', 'unavailable'] as const;

/** What an actor does, with whichever of its calls and invocations `which` leads to. */
interface Step {
  readonly kind:
    'register' | 'unregister' | 'call' | 'part' | 'cancel' | 'answer' | 'vanish' | 'expire';
  readonly actor: number;
  readonly procedure: number;
  readonly which: number;
  readonly answer: (typeof ANSWERS)[number];
  readonly mode: 'kill' | 'killnowait';
  readonly isProgressive: boolean;
}

/** An actor and what it knows by the messages that it got. */
interface Player extends Actor {
  lastRequest: number;
  lastInvocation: number;
  readonly registrations: Map<number, string>;
  /** Registrations by the invocations that wait for its answer. */
  readonly received: Map<number, number>;
  /** How many final answers each of its calls has got. */
  readonly finals: Map<number, number>;
  /** Procedures of its calls with input to come. */
  readonly open: Map<number, string>;
}

/** Plays steps on a dealer and notes whatever breaks a promise. */
class Play {
  readonly broken: string[] = [];
  readonly #stage = new Stage({ waitingCalls: 3 });
  readonly #players = Array.from({ length: ACTORS }, () => this.#enter());

  get leftovers(): unknown[] {
    return [...this.#stage.dealer.registrations].filter(
      (each) => 'kept' in each && 'waiting' in each && !isIdle(each.kept, each.waiting),
    );
  }

  step(step: Step): void {
    const player = this.#players[step.actor];
    if (player === undefined) return;
    this[step.kind](player, step);
    for (const each of this.#players) this.#read(each);
  }

  /** All that are there answer all that they have, until nothing is left. */
  finish(): void {
    while (this.#players.some(({ received }) => received.size > 0)) {
      for (const player of this.#players) {
        for (const invocation of player.received.keys()) this.#answer(player, invocation, 'yield');
      }
      for (const each of this.#players) this.#read(each);
    }
    for (const { finals } of this.#players) {
      for (const [request, count] of finals)
        this.#expect(count === 1, `${request}: ${count} answers`);
    }
  }

  register(player: Player, { procedure: place }: Step): void {
    const [procedure, invoke] = PROCEDURES[place] ?? PROCEDURES[0];
    player.send([64, 1, { invoke, concurrency: CONCURRENCY }, procedure]);
  }

  unregister(player: Player, { which }: Step): void {
    const id = [...player.registrations.keys()][which];
    if (id === undefined) return;
    player.registrations.delete(id);
    player.send([66, 1, id]);
  }

  call(player: Player, { procedure: place, isProgressive }: Step): void {
    const [procedure] = PROCEDURES[place] ?? PROCEDURES[0];
    const request = (player.lastRequest += 1);
    player.finals.set(request, 0);
    if (isProgressive) player.open.set(request, procedure);
    const options = { progress: isProgressive, receive_progress: true };
    player.send([48, request, options, procedure]);
  }

  part(player: Player, { which, isProgressive }: Step): void {
    const [request, procedure] = [...player.open][which] ?? [];
    if (request === undefined) return;
    if (!isProgressive) player.open.delete(request);
    player.send([48, request, { progress: isProgressive }, procedure]);
  }

  cancel(player: Player, { which, mode }: Step): void {
    const request = player.lastRequest - which;
    if (request > 0) player.send([49, request, { mode }]);
  }

  answer(player: Player, { which, answer }: Step): void {
    const invocation = [...player.received.keys()][which];
    if (invocation !== undefined) this.#answer(player, invocation, answer);
  }

  vanish(player: Player, { actor }: Step): void {
    player.leave();
    this.#players[actor] = this.#enter();
  }

  expire(_player: Player, { which }: Step): void {
    if (which === 0) this.#stage.dealer.expireCalls(Infinity);
  }

  #enter(): Player {
    const features = [
      ...['progressive_call_results', 'progressive_call_invocations'],
      ...['call_canceling', 'call_reroute'],
    ];
    return {
      ...this.#stage.enter(withFeatures(...features)),
      lastRequest: 0,
      lastInvocation: 0,
      registrations: new Map(),
      received: new Map(),
      finals: new Map(),
      open: new Map(),
    };
  }

  #answer(player: Player, invocation: number, answer: Step['answer']): void {
    if (answer !== 'progress') player.received.delete(invocation);
    if (answer === 'yield') player.send([70, invocation, {}]);
    else if (answer === 'progress') player.send([70, invocation, { progress: true }]);
    else if (answer === 'error') player.send([8, 68, invocation, {}, 'a.failed']);
    else player.send([8, 68, invocation, {}, 'wamp.error.unavailable']);
  }

  #read(player: Player): void {
    for (const wire of player.take()) {
      const [type, id, third] = wire;
      if (type === 65) player.registrations.set(Number(third), 'held');
      else if (type === 68) this.#invoked(player, wire);
      else if (type === 69 && isKillnowait(third)) player.received.delete(Number(id));
      else if (type === 50) this.#result(player, wire);
      else if (type === 8 && id === 48) this.#ended(player, Number(third));
    }
  }

  #invoked(player: Player, [, id, registration]: List): void {
    const invocation = Number(id);
    if (player.received.has(invocation)) return;
    this.#expect(invocation === player.lastInvocation + 1, `invocation ${invocation}`);
    player.lastInvocation = invocation;
    player.received.set(invocation, Number(registration));
    const load = [...player.received.values()].filter((each) => each === registration).length;
    this.#expect(load <= CONCURRENCY, `${load} invocations at a time`);
  }

  #result(player: Player, [, request, details]: List): void {
    if (JSON.stringify(details) === '{}') this.#ended(player, Number(request));
    else this.#expect(player.finals.get(Number(request)) === 0, `progress after the end`);
  }

  #ended(player: Player, request: number): void {
    player.finals.set(request, (player.finals.get(request) ?? 0) + 1);
  }

  #expect(holds: boolean, promise: string): void {
    if (!holds) this.broken.push(promise);
  }
}

const isKillnowait = (options: unknown): boolean =>
  JSON.stringify(options) === '{"mode":"killnowait"}';

const isIdle = (kept: unknown, waiting: unknown): boolean =>
  kept === 0 && (waiting === undefined || (waiting instanceof Map && waiting.size === 0));

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(['register', 'register', 'register', 'unregister', 'call', 'call', 'call'] as const),
    ...(['call', 'part', 'cancel', 'answer', 'answer', 'answer', 'vanish', 'expire'] as const),
  ),
  actor: fc.nat({ max: ACTORS - 1 }),
  procedure: fc.nat({ max: PROCEDURES.length - 1 }),
  which: fc.nat({ max: 3 }),
  answer: fc.constantFrom(...ANSWERS),
  mode: fc.constantFrom('kill', 'killnowait'),
  isProgressive: fc.boolean(),
});

describe('whatever happens', () => {
  // CA-10, ID-5
  it('each call gets one final answer, no callee more than it takes, and nothing is left over', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const play = new Play();
        for (const each of steps) play.step(each);
        play.finish();
        deepEqual(play.broken, []);
        equal(play.leftovers.length, 0);
      }),
      { numRuns: 500 },
    );
  });
});
