/** Who has something left to do when the turn of the event loop under way ends. */
export interface TurnMember {
  /** Called once for each time that it was asked for. What it asks for meanwhile comes at the end of the next turn. */
  endTurn(): void;
}

let members: TurnMember[] = [];
let turn = 0;
let sent = 0;

/**
 * Has a member called at the end of this turn: after what the sockets have brought in it, before they are read again. One callback of the
 * event loop serves all members, in the order in which they asked: who has more to do than one turn is for asks again and comes behind
 * the others.
 */
export function awaitTurnEnd(member: TurnMember): void {
  if (members.push(member) === 1) setImmediate(endTurn);
}

/** Differs from turn to turn, as far as anybody awaited the end of one. */
export const currentTurn = (): number => turn;

/** Counts a message that a session is sent. */
export function countSent(): void {
  sent = (sent + 1) | 0;
}

/** Where the count of messages stands; see {@link sentSince}. */
export const sentCount = (): number => sent;

/** How many messages have been sent since the count stood at `count`. It runs in 32 bits, so that counting allocates nothing. */
export const sentSince = (count: number): number => (sent - count) | 0;

function endTurn(): void {
  const due = members;
  members = [];
  turn = (turn + 1) | 0;
  for (const member of due) member.endTurn();
}
