/** Who has something left to do when the turn of the event loop under way ends. */
export interface TurnMember {
  /**
   * Called once for each time that it was asked for: at the end of the turn, or of a part of it if it takes long. What it asks for meanwhile
   * comes at the next end.
   */
  endTurn(): void;
}

/** A turn that takes longer is ended in parts of so long. */
const LONG_TURN_MS = 5;
/** The clock is looked at once in so many events. */
const EVENTS_PER_LOOK = 16;

let members: TurnMember[] = [];
let isEnding = false;
let isImmediateDue = false;
/** How often the event loop had gone round and what it had dealt with when somebody asked last. */
let loops = 0;
let events = 0;
/** Events since the clock was looked at. */
let brought = 0;
/** Which time round of the event loop that was. */
let lookedLoop: number | undefined;
/** When the part of the turn under way began. */
let partSince = 0;
let turn = 0;
let sent = 0;

/**
 * Has a member called at the end of this turn: after what the sockets have brought in it, before they are read again. All members are served
 * together, in the order in which they asked: who has more to do than one turn is for asks again and comes behind the others.
 */
export function awaitTurnEnd(member: TurnMember): void {
  if (members.length > 0) {
    members.push(member);
    return;
  }
  // Not pushed: a list that grows from nothing takes room for seventeen.
  members = [member];
  if (isImmediateDue) return;
  if (isQuiet() && !isEnding) {
    process.nextTick(endTurn);
    return;
  }
  isImmediateDue = true;
  setImmediate(() => {
    isImmediateDue = false;
    endTurn();
  });
}

/**
 * Whether there has been one event at most since somebody asked last, and that was in an earlier turn. Then this turn, too, is taken to be over
 * when its event has been dealt with: to wait for an immediate takes as long as to route a message. If it is not, what else it brings
 * waits for the immediate, all together.
 */
function isQuiet(): boolean {
  const { loopCount, events: dealtWith } = performance.nodeTiming.uvMetricsInfo;
  const isOnlyEvent = dealtWith - events <= 1 && loopCount !== loops;
  loops = loopCount;
  events = dealtWith;
  return isOnlyEvent;
}

/**
 * Tells that a socket has brought something. A turn that takes long, as when thousands of connections are cut at once, ends for the members that
 * there are before all that it brings has been dealt with, and again every few milliseconds: who is served in the middle need not wait for the rest.
 */
export function countEvent(): void {
  brought = (brought + 1) % EVENTS_PER_LOOK;
  if (brought !== 0) return;
  const { loopCount } = performance.nodeTiming.uvMetricsInfo;
  const now = performance.now();
  const isLong = loopCount === lookedLoop && now - partSince > LONG_TURN_MS;
  if (loopCount !== lookedLoop || isLong) partSince = now;
  lookedLoop = loopCount;
  if (isLong) endPart();
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
  turn = (turn + 1) | 0;
  endPart();
}

/** What members have a share of in each turn, they have no more of in its parts. */
function endPart(): void {
  const due = members;
  members = [];
  isEnding = true;
  try {
    for (const member of due) member.endTurn();
  } finally {
    isEnding = false;
  }
}
