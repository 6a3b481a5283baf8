import type { Socket } from 'node:net';

/** So long the peer has to take what is left for it and to close its own side. */
const CLOSE_TIMEOUT_MS = 2000;

/**
 * Ends a connection in good order: what has been written still goes out, what comes in is thrown away (unread bytes would turn the end into
 * a reset, and what went out before could be lost), and after 2 s it is cut.
 */
export function endSocket(socket: Socket): void {
  socket.end();
  socket.resume();
  cutLate(socket);
}

/** Cuts a connection that is not closed in good order within 2 s. */
export function cutLate(socket: Socket): void {
  if (socket.closed) return;
  const timer = setTimeout(() => {
    socket.destroy();
  }, CLOSE_TIMEOUT_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}
