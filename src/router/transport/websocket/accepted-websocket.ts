import { WebSocket } from 'ws';

/**
 * What ws is given to make when it has completed an opening handshake. It leaves the socket alone: ws negotiates, and the transport reads and
 * writes the frames.
 */
export class AcceptedWebSocket extends WebSocket {
  /** Where ws would begin to read. */
  setSocket(): void {
    // The transport does.
  }
}
