import type { Principal } from '../../src/router/principal.js';
import { newSessionId } from '../../src/router/protocol/id.js';
import type { Dict, List } from '../../src/router/protocol/message.js';
import { Session, type SessionOptions } from '../../src/router/session.js';
import { UNLIMITED_SESSION, type SessionLimits } from '../../src/router/session-limits.js';
import type { Transport } from '../../src/router/transport/transport.js';
import { GUEST } from './open-entrance.js';
import { toWire } from './wire.js';

/** A transport that notes what is done with it. */
export interface RecordingTransport extends Transport {
  /** The wire lists of the messages sent. */
  readonly sent: List[];
  /** `pause`, `resume` and `close CODE REASON`, in order. */
  readonly done: string[];
  /** Types of messages that are too long for the peer; none at first. */
  readonly tooLong: Set<number>;
}

/** Makes a transport without a peer. */
export function recordingTransport(): RecordingTransport {
  const sent: List[] = [];
  const done: string[] = [];
  const tooLong = new Set<number>();
  return {
    sent,
    done,
    tooLong,
    details: {
      type: 'memory',
      listener: 'test',
      peer: '192.0.2.1',
      protocol: 'wamp.2.json',
      headers: new Map(),
      url: '/',
    },
    open: () => undefined,
    send: (message) => {
      if (tooLong.has(message.type)) return false;
      sent.push(toWire(message));
      return true;
    },
    close: (code, reason) => {
      done.push(`close ${code} ${reason}`);
    },
    pause: () => {
      done.push('pause');
    },
    resume: () => {
      done.push('resume');
    },
  };
}

/** What a test may want to be different in a recording session. */
export interface SessionChanges extends Partial<Omit<SessionOptions, 'principal' | 'limits'>> {
  readonly principal?: Partial<Principal>;
  readonly limits?: Partial<SessionLimits>;
  readonly roles?: Dict;
}

/** A real session whose messages are only noted. */
export interface RecordingSession {
  readonly session: Session;
  readonly transport: RecordingTransport;
  /** The wire lists sent since this was called last. */
  readonly take: () => List[];
}

/** Makes a session without a peer. */
export function recordingSession(changes: SessionChanges = {}): RecordingSession {
  const transport = recordingTransport();
  const session = new Session({
    id: newSessionId(),
    roles: {},
    requestIds: 'strict',
    isInternal: false,
    receive: () => undefined,
    onviolation: () => undefined,
    ongoodbye: () => undefined,
    onend: () => undefined,
    transport,
    ...changes,
    principal: { ...GUEST, ...changes.principal },
    limits: { ...UNLIMITED_SESSION, ...changes.limits },
  });
  return { session, transport, take: () => transport.sent.splice(0) };
}
