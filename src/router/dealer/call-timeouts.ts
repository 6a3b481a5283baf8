import type { PendingCall } from './pending-call.js';

/** The longest that a timer of Node can wait: above it, it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Ends calls whose callers have set a timeout (WAMP, Call Timeouts): a heap by deadline, and one timer for the next of them. */
export class CallTimeouts {
  readonly #onexpired: (call: PendingCall) => void;
  readonly #heap: PendingCall[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  /** `onexpired` is told of each call whose time is over, after it was taken out. */
  constructor(onexpired: (call: PendingCall) => void) {
    this.#onexpired = onexpired;
  }

  /** Gives a call its caller's timeout, counted from now. */
  start(call: PendingCall): void {
    this.stop(call);
    call.deadline = performance.now() + call.options.timeoutMs;
    this.#heap.push(call);
    this.#rise(call, this.#heap.length - 1);
    if (call.deadline < this.#timerAt) this.#wait();
  }

  /** The call's time does not run any more. */
  stop(call: PendingCall): void {
    const { place } = call;
    if (place < 0) return;
    call.place = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== call) {
      this.#rise(last, place);
      this.#sink(last, last.place);
    }
    if (this.#heap.length === 0) this.#wait();
  }

  #expire(): void {
    this.#timerAt = Infinity;
    for (let [first] = this.#heap; first !== undefined; [first] = this.#heap) {
      // A timer may fire a fraction of a millisecond early.
      if (first.deadline > performance.now()) break;
      this.stop(first);
      this.#onexpired(first);
    }
    this.#wait();
  }

  /** Sets the timer for the first of all. */
  #wait(): void {
    clearTimeout(this.#timer);
    const [first] = this.#heap;
    this.#timerAt = first?.deadline ?? Infinity;
    if (first === undefined) return;
    const ms = Math.min(Math.ceil(first.deadline - performance.now()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#expire();
    }, ms).unref();
  }

  #rise(call: PendingCall, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.deadline <= call.deadline) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(call, place);
  }

  #sink(call: PendingCall, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#earlierChild(place);
      if (child === undefined || child.deadline >= call.deadline) break;
      const next = child.place;
      this.#put(child, place);
      place = next;
    }
    this.#put(call, place);
  }

  #earlierChild(place: number): PendingCall | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    return left !== undefined && right !== undefined && right.deadline < left.deadline
      ? right
      : left;
  }

  #put(call: PendingCall, place: number): void {
    this.#heap[place] = call;
    call.place = place;
  }
}
