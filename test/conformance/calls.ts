import type { CaseContext } from './case-context.js';
import { anyDict, anyId, error, matches, Matcher, dictWith } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer, Wire } from './peer.js';
import { rolesWith } from './roles.js';

/** The Details of the last part of a stream: not marked as progress. */
export const lastPart = new Matcher(
  'dict without progress',
  (value) => matches(anyDict, value) && !matches(progress, value),
);
/** The Details of a part of a stream that is not the last. */
export const progress = dictWith({ progress: true });

/** A procedure with its callee, and somebody who may call it. */
export interface Pair {
  readonly caller: Peer;
  readonly callee: Peer;
  readonly registration: number;
  readonly procedure: string;
}

/** What the two of a {@link Pair} announce, and how the procedure is registered. */
export interface PairOptions {
  readonly caller?: readonly string[];
  readonly callee?: readonly string[];
  readonly register?: object;
}

/** Joins a caller and a callee, which registers a procedure of its own. */
export async function pair(c: CaseContext, options: PairOptions = {}): Promise<Pair> {
  const procedure = c.uri(`procedure${(pairs += 1)}`);
  const callee = await c.join('callee', { roles: rolesWith(...(options.callee ?? [])) });
  const registration = await callee.register(procedure, options.register);
  const caller = await c.join('caller', { roles: rolesWith(...(options.caller ?? [])) });
  return { caller, callee, registration, procedure };
}

let pairs = 0;

/** Sends a CALL with options and gives its request id. */
export function callWith(
  caller: Peer,
  options: object,
  procedure: string,
  ...payload: Wire
): number {
  const request = caller.request;
  caller.send([48, request, options, procedure, ...payload]);
  return request;
}

/** Expects an INVOCATION whose Details match, and gives its request id. */
export async function invokedWith(
  callee: Peer,
  registration: number,
  details: unknown,
  ...payload: Wire
): Promise<number> {
  return idAt(await callee.expect([68, anyId, registration, details, ...payload]), 1);
}

/**
 * A clock of the router's own, for routers that offer call timeouts: it gives a way of letting time pass, by a call that nobody answers and
 * that times out.
 */
export async function clockOf(c: CaseContext): Promise<(ms: number) => Promise<void>> {
  const { caller, callee, registration, procedure } = await pair(c);
  return async (ms) => {
    const call = callWith(caller, { timeout: ms }, procedure);
    await callee.invoked(registration);
    await caller.expect(error(48, call, 'wamp.error.timeout'));
  };
}

/** Waits until every earlier call of `caller` has been routed, by a later one that is refused. */
export async function routed(c: CaseContext, caller: Peer): Promise<void> {
  const call = caller.call(c.uri('nobody'));
  await caller.expect(error(48, call, 'wamp.error.no_such_procedure'));
}
