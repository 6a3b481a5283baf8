import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Dealer } from '../../../src/router/dealer/dealer.js';
import { WampError } from '../../../src/router/protocol/errors.js';
import type { List } from '../../../src/router/protocol/message.js';
import { recordingSession, type RecordingSession } from '../../support/recording-session.js';
import { toMessage } from '../../support/wire.js';

const MEMBERS = 4;
const PROCEDURES = ['a.1', 'a.2', 'a.3'];

/** What a member does; `call` counts from the latest of all calls back. */
interface Step {
  readonly kind:
    'register' | 'unregister' | 'call' | 'cancel' | 'yield' | 'error' | 'vanish' | 'expire';
  readonly member: number;
  readonly procedure: string;
  readonly call: number;
  readonly mode: 'skip' | 'kill' | 'killnowait';
}

/** A call as the model sees it; a member that vanishes comes back as another generation of itself. */
interface ModelCall {
  readonly number: number;
  readonly caller: number;
  readonly callee: number;
  readonly invocation: number;
  isKilled: boolean;
  isOver: boolean;
}

interface Member extends RecordingSession {
  /** Whether it can be interrupted: every other member can. */
  readonly isInterruptible: boolean;
  lastInvocation: number;
  readonly registrations: Map<string, number>;
}

/** Runs one history on a dealer and says by the rules of WAMP 6 what everybody must get. */
class History {
  readonly #dealer = new Dealer({ callTimeoutMs: 1000 });
  readonly #members = Array.from({ length: MEMBERS }, (_, place) => newMember(place));
  readonly #calls: ModelCall[] = [];
  readonly #owners = new Map<string, number>();
  /** `member: answer to call` for each RESULT and ERROR, and `member! interrupt`. */
  readonly received: string[] = [];
  readonly expected: string[] = [];
  #lastNumber = 0;

  play(step: Step): void {
    const before = this.expected.length;
    this[step.kind](step);
    this.#collect();
    // Who gets what is fixed, not which of several members gets it first.
    this.expected.splice(before, Infinity, ...this.expected.slice(before).sort());
  }

  register({ member: place, procedure }: Step): void {
    const member = this.#at(place);
    const isFree = !this.#owners.has(procedure);
    if (this.#isTaken(place, [64, 1, {}, procedure]) !== isFree) this.expected.push('register');
    const registration = member.take().find(([type]) => type === 65)?.[2];
    if (!isFree) return;
    this.#owners.set(procedure, place);
    member.registrations.set(procedure, Number(registration));
  }

  unregister({ member: place, procedure }: Step): void {
    const { registrations, take } = this.#at(place);
    const id = registrations.get(procedure);
    const isOwner = id !== undefined;
    if (this.#isTaken(place, [66, 1, id ?? 2 ** 53]) !== isOwner) this.expected.push('unregister');
    take();
    if (!isOwner) return;
    registrations.delete(procedure);
    this.#owners.delete(procedure);
  }

  call({ member: caller, procedure }: Step): void {
    const number = (this.#lastNumber += 1);
    const callee = this.#owners.get(procedure);
    const wire = [48, number, {}, procedure, [number]];
    if (this.#isTaken(caller, wire) !== (callee !== undefined)) this.expected.push('call');
    if (callee === undefined) return;
    const invocation = (this.#at(callee).lastInvocation += 1);
    this.#calls.push({ number, caller, callee, invocation, isKilled: false, isOver: false });
    this.expected.push(`${callee}: 68 ${invocation} [${number}]`);
  }

  yield({ call: back }: Step): void {
    const call = this.#calls.at(-1 - back);
    if (call === undefined) return;
    this.#isTaken(call.callee, [70, call.invocation, {}, [-call.number]]);
    if (!call.isOver) this.expected.push(`${call.caller}: 50 ${call.number} [${-call.number}]`);
    call.isOver = true;
  }

  error({ call: back }: Step): void {
    const call = this.#calls.at(-1 - back);
    if (call === undefined) return;
    this.#isTaken(call.callee, [8, 68, call.invocation, {}, 'a.failed']);
    this.#end(call, 'a.failed');
  }

  cancel({ call: back, mode }: Step): void {
    const call = this.#calls.at(-1 - back);
    if (call === undefined) return;
    this.#isTaken(call.caller, [49, call.number, { mode }]);
    if (call.isOver) return;
    const { isInterruptible } = this.#at(call.callee);
    const isRepeated = call.isKilled && mode === 'kill';
    if (isInterruptible && mode !== 'skip' && !isRepeated) {
      this.expected.push(`${call.callee}: 69 ${call.invocation} ${mode}`);
    }
    if (mode === 'kill') call.isKilled = true;
    if (!isInterruptible || mode !== 'kill') this.#end(call, 'wamp.error.canceled');
  }

  vanish({ member: place }: Step): void {
    const member = this.#at(place);
    member.session.end();
    this.#dealer.removeSession(member.session);
    for (const procedure of member.registrations.keys()) this.#owners.delete(procedure);
    for (const call of this.#calls) {
      if (call.caller === place) this.#interrupt(call, place);
      else if (call.callee === place) this.#end(call, 'wamp.error.canceled');
      if (call.caller === place || call.callee === place) call.isOver = true;
    }
    this.#collect();
    // What is over stays in the list, but nobody may act on it for the member that has come anew.
    const left = this.#calls.filter(({ caller, callee }) => caller !== place && callee !== place);
    this.#calls.splice(0, Infinity, ...left);
    this.#members[place] = newMember(place);
  }

  expire(): void {
    this.#dealer.expireCalls(Infinity);
    for (const call of this.#calls) {
      this.#interrupt(call);
      this.#end(call, 'wamp.error.timeout');
    }
  }

  #interrupt({ isOver, callee, invocation }: ModelCall, gone?: number): void {
    if (isOver || callee === gone || !this.#at(callee).isInterruptible) return;
    this.expected.push(`${callee}: 69 ${invocation} killnowait`);
  }

  #end(call: ModelCall, uri: string): void {
    if (!call.isOver) this.expected.push(`${call.caller}: 8 ${call.number} ${uri}`);
    call.isOver = true;
  }

  /** Hands a wire list to the dealer; false when it is refused with WampError. */
  #isTaken(place: number, wire: List): boolean {
    const { session } = this.#at(place);
    const message = toMessage(wire);
    try {
      if (message.type === 8) this.#dealer.error(session, message);
      else if (message.type === 48) this.#dealer.call(session, message);
      else if (message.type === 49) this.#dealer.cancel(session, message);
      else if (message.type === 64) this.#dealer.register(session, message);
      else if (message.type === 66) this.#dealer.unregister(session, message);
      else if (message.type === 70) this.#dealer.yield(session, message);
      return true;
    } catch (error) {
      if (error instanceof WampError) return false;
      throw error;
    }
  }

  #at(place: number): Member {
    const member = this.#members[place];
    if (member === undefined) throw new RangeError(`no member ${place}`);
    return member;
  }

  #collect(): void {
    const lines = this.#members.flatMap(({ take }, place) =>
      take().map((wire) => `${place}: ${describeWire(wire)}`),
    );
    this.received.push(...lines.sort());
  }
}

const newMember = (place: number): Member => {
  const isInterruptible = place % 2 === 0;
  const roles = { callee: { features: { call_canceling: isInterruptible } } };
  const registrations = new Map<string, number>();
  return { ...recordingSession({ roles }), isInterruptible, lastInvocation: 0, registrations };
};

/** An answer by the caller's request, an invocation or interrupt by the callee's. */
function describeWire(wire: List): string {
  const [type] = wire;
  if (type === 68) return `68 ${Number(wire[1])} ${JSON.stringify(wire[4])}`;
  if (type === 50) return `50 ${Number(wire[1])} ${JSON.stringify(wire[3])}`;
  if (type === 8) return `8 ${Number(wire[2])} ${String(wire[4])}`;
  if (type === 69)
    return `69 ${Number(wire[1])} ${JSON.stringify(wire[2]).replace(/\W|mode/g, '')}`;
  return JSON.stringify(wire);
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(['register', 'register', 'unregister', 'call', 'call', 'call', 'call'] as const),
    ...(['cancel', 'yield', 'yield', 'error', 'vanish', 'expire'] as const),
  ),
  member: fc.nat({ max: MEMBERS - 1 }),
  procedure: fc.constantFrom(...PROCEDURES),
  call: fc.nat({ max: 5 }),
  mode: fc.constantFrom('skip', 'kill', 'killnowait'),
});
const END: Step = { kind: 'expire', member: 0, procedure: '', call: 0, mode: 'skip' };

describe('Dealer against a model', () => {
  it('delivers the same messages, and exactly one final answer to each call', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const history = new History();
        for (const each of [...steps, END]) history.play(each);
        deepEqual(history.received, history.expected);
        const answers = history.received.filter((line) => /^\d+: (50|8) /.test(line));
        equal(new Set(answers.map((line) => line.split(' ', 3)[2])).size, answers.length);
      }),
      { numRuns: 800 },
    );
  });
});
