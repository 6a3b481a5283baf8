import { InFlight, type Load } from './load.js';
import { FIRST_SEQUENCE, sequenceInJson, type Payload } from './payload.js';
import { SequenceChecker } from './sequence-checker.js';
import { parseMessage } from './message-codec.js';
import type { Peer } from './peer.js';
import { Code } from './wamp-peer.js';

/**
 * How calls look on the wire. A relay translates nothing, so there the caller itself sends what the callee is to get,
 * and the callee what the caller is to get.
 */
export type CallDialect = 'wamp' | 'relay';

/** One caller and one callee that answers with the arguments it was given. */
export interface CallOptions {
  readonly caller: Peer;
  readonly callee: Peer;
  readonly procedure: string;
  readonly dialect: CallDialect;
  readonly payload: Payload;
  /** How many calls may be in flight. */
  readonly window: number;
}

const WHOLE_CHECK_MASK = 15;

/** Calls a procedure. A call counts when its own result came back once, with its own arguments. */
export class CallLoad implements Load {
  readonly #options: CallOptions;
  readonly #inFlight = new InFlight();
  readonly #invocations = new SequenceChecker(FIRST_SEQUENCE);
  /** WAMP promises no order of results, so they are matched by request id; the value is the number that was sent. */
  readonly #pending = new Map<number, number>();
  readonly #callHead: string;
  readonly #yieldCode: number;
  #sequence = FIRST_SEQUENCE;
  #completed = 0;

  constructor(options: CallOptions) {
    this.#options = options;
    const isRelay = options.dialect === 'relay';
    this.#callHead = isRelay ? `${Code.invocation}` : `${Code.call}`;
    this.#yieldCode = isRelay ? Code.result : Code.yield;
    const { caller, callee } = options;
    caller.onclose = this.#inFlight.fail;
    callee.onclose = this.#inFlight.fail;
    caller.onmessage = (buffer, start, end) => {
      this.#result(buffer, start, end);
    };
    callee.onmessage = (buffer, start, end) => {
      this.#invocation(buffer, start, end);
    };
  }

  get completed(): number {
    return this.#completed;
  }

  get failed(): Promise<never> {
    return this.#inFlight.failed;
  }

  start(): void {
    this.#inFlight.start();
    for (let count = 0; count < this.#options.window; count += 1) this.#call();
  }

  stop(): Promise<void> {
    return this.#inFlight.stop(() => this.#invocations.faults());
  }

  close(): void {
    this.#options.caller.close();
    this.#options.callee.close();
  }

  #call(): void {
    const { caller, procedure, dialect, payload } = this.#options;
    const sequence = this.#sequence++;
    const request = caller.nextRequest();
    this.#pending.set(request, sequence);
    this.#inFlight.begin();
    const target = dialect === 'relay' ? '1,{}' : `{},"${procedure}"`;
    caller.send(`[${this.#callHead},${request},${target},${payload.arguments(sequence)}]`);
  }

  #invocation(buffer: Buffer, start: number, end: number): void {
    const { callee, payload } = this.#options;
    const sequence = sequenceInJson(buffer, end);
    this.#invocations.accept(sequence);
    this.#check(buffer, start, end, { code: Code.invocation, args: 4 });
    const request = requestAt(buffer, start);
    const args = buffer.toString('latin1', end - 1 - payload.bytes, end - 1);
    callee.send(`[${this.#yieldCode},${request},{},${args}]`);
  }

  #result(buffer: Buffer, start: number, end: number): void {
    const sequence = sequenceInJson(buffer, end);
    this.#check(buffer, start, end, { code: Code.result, args: 3 });
    const request = requestAt(buffer, start);
    if (this.#pending.get(request) !== sequence) {
      this.#inFlight.fail(new Error(`no RESULT due: ${buffer.toString('utf8', start, end)}`));
      return;
    }
    this.#pending.delete(request);
    this.#completed += 1;
    if (this.#inFlight.end()) this.#call();
  }

  /** Decodes and compares one message in sixteen whole; `args` is the place of the arguments in it. */
  #check(
    buffer: Buffer,
    start: number,
    end: number,
    expected: { readonly code: number; readonly args: number },
  ): void {
    const { payload } = this.#options;
    const sequence = sequenceInJson(buffer, end);
    if ((sequence & WHOLE_CHECK_MASK) !== 0) return;
    const message = parseMessage('json', buffer, start, end);
    if (message[0] === expected.code && payload.matches(message[expected.args], sequence)) return;
    this.#inFlight.fail(new Error(`expected ${expected.code}, got ${JSON.stringify(message)}`));
  }
}

/** The request id of a message that starts as `[68,123,`; NaN where it does not. */
function requestAt(buffer: Buffer, start: number): number {
  const comma = buffer.indexOf(0x2c, start + 4);
  return Number(buffer.toString('latin1', start + 4, comma));
}
