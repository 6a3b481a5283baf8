import type { Session } from '../session.js';
import type { ActiveRegistration, Callee } from './pending-call.js';

/**
 * The callee of a registration that a call goes to by its invocation policy (WAMP, Shared Registration), among those that have room and
 * have not been `tried` (WAMP, Call Re-Routing). Undefined when there is none.
 */
export function chooseCallee(
  registration: ActiveRegistration,
  tried?: ReadonlySet<Session>,
): Callee | undefined {
  const { members } = registration;
  const first = members[0];
  // Most have one: without a closure or a search.
  if (first !== undefined && members.length === 1) return isFree(first, tried) ? first : undefined;
  switch (registration.invoke) {
    case 'single':
    case 'first':
      return members.find((member) => isFree(member, tried));
    case 'last':
      return members.findLast((member) => isFree(member, tried));
    case 'random':
      return chooseAtRandom(members, tried);
    case 'roundrobin':
      return chooseInTurn(registration, tried);
    case 'least_busy':
      return chooseLeastBusy(registration, tried);
  }
}

const isFree = (member: Callee, tried: ReadonlySet<Session> | undefined): boolean =>
  member.inFlight < member.concurrency && tried?.has(member.session) !== true;

function chooseAtRandom(
  members: readonly Callee[],
  tried: ReadonlySet<Session> | undefined,
): Callee | undefined {
  const free = members.filter((member) => isFree(member, tried));
  return free[Math.floor(Math.random() * free.length)];
}

function chooseInTurn(
  registration: ActiveRegistration,
  tried: ReadonlySet<Session> | undefined,
): Callee | undefined {
  const { members, turn } = registration;
  for (let step = 0; step < members.length; step += 1) {
    const place = (turn + step) % members.length;
    const member = members[place];
    if (member === undefined || !isFree(member, tried)) continue;
    registration.turn = place + 1;
    return member;
  }
  return undefined;
}

/** Those who are equally busy take turns. */
function chooseLeastBusy(
  registration: ActiveRegistration,
  tried: ReadonlySet<Session> | undefined,
): Callee | undefined {
  const { members, turn } = registration;
  let chosen: Callee | undefined;
  for (let step = 0; step < members.length; step += 1) {
    const place = (turn + step) % members.length;
    const member = members[place];
    if (member === undefined || !isFree(member, tried)) continue;
    if (chosen !== undefined && member.inFlight >= chosen.inFlight) continue;
    chosen = member;
    registration.turn = place + 1;
  }
  return chosen;
}
