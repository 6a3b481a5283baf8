import type { Socket } from 'node:net';
import { countEvent } from './turn.js';

/** A connection whose peer is gone. */
export interface Departing {
  /** Takes leave of it: what it sent last, its session, its socket. */
  depart(): void;
}

/** So many in one turn, at most: about 2 ms. */
const PER_TURN = 32;

const NOTHING: Buffer = Buffer.alloc(0);

const leaving = new Set<Departing>();
let isTurnAwaited = false;

/**
 * Has leave taken of a connection that has ended, in its turn. When thousands are cut at once, as by a proxy that restarts, Node reports all of
 * their ends in one turn of the event loop, and leave is taken of a few in each of the next: the sessions that there are go on between.
 */
export function departInTurn(departing: Departing): void {
  leaving.add(departing);
  awaitTurn();
}

/** Has leave taken of `departing` in its turn when the peer ends its side of the socket, and when the socket is closed. */
export function departWith(socket: Socket, departing: Departing): void {
  socket.on('end', () => {
    countEvent();
    departInTurn(departing);
  });
  socket.on('close', () => {
    departInTurn(departing);
  });
}

/** What a pause has left in a socket that is closed: nobody else will read it. */
export function unreadOf(socket: Socket): Buffer {
  const rest = socket.closed ? (socket.read() as Buffer | null) : null;
  return rest ?? NOTHING;
}

function awaitTurn(): void {
  if (isTurnAwaited || leaving.size === 0) return;
  isTurnAwaited = true;
  setImmediate(takeLeave);
}

function takeLeave(): void {
  isTurnAwaited = false;
  let left = PER_TURN;
  try {
    for (const departing of leaving) {
      if (left === 0) return;
      left -= 1;
      leaving.delete(departing);
      departing.depart();
    }
  } finally {
    awaitTurn();
  }
}
