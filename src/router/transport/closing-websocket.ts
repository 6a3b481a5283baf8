import { WebSocket } from 'ws';

/**
 * A WebSocket that tells when it is about to send its close frame, also when ws answers the peer's by itself: no frame may follow a close
 * frame (RFC 6455, 5.5.1), so what is still queued must be written just before.
 */
export class ClosingWebSocket extends WebSocket {
  /** Called once, before the close frame. */
  onclosing: (() => void) | undefined;

  override close(code?: number, reason?: string | Buffer): void {
    const { onclosing } = this;
    this.onclosing = undefined;
    onclosing?.();
    super.close(code, reason);
  }
}
