import { Dealer, type DealerOptions } from '../../../src/router/dealer/dealer.js';
import { WampError } from '../../../src/router/protocol/errors.js';
import { toRegistrationId, type RegistrationId } from '../../../src/router/protocol/id.js';
import type { Call, ClientMessage, List } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';
import type { Session } from '../../../src/router/session.js';
import { idOf } from '../../support/peer.js';
import {
  recordingSession,
  type RecordingSession,
  type SessionChanges,
} from '../../support/recording-session.js';
import { toMessage } from '../../support/wire.js';

/** A client of a dealer without a realm. */
export interface Actor extends RecordingSession {
  /** Hands a wire list to the dealer as the realm does once it is authorized; a WampError becomes an ERROR. Throws ProtocolViolation. */
  readonly send: (wire: List) => void;
  /** Registers, and gives the id of the registration. */
  readonly register: (procedure: string, options?: object) => RegistrationId;
  /** Leaves, as the realm has it. */
  readonly leave: () => void;
}

/** HELLO.Details.roles of a client that has these features as a callee and as a caller. */
export const withFeatures = (...features: readonly string[]): SessionChanges => {
  const role = { features: Object.fromEntries(features.map((feature) => [feature, true])) };
  return { roles: { caller: role, callee: role } };
};

/** A dealer, and who acts upon it. */
export class Stage {
  readonly dealer: Dealer;

  constructor(options: Partial<DealerOptions> = {}) {
    this.dealer = new Dealer({ callTimeoutMs: 1000, ...options });
  }

  /** A new client. */
  enter(changes: SessionChanges = {}): Actor {
    const recording = recordingSession(changes);
    const { session, take } = recording;
    const send = (wire: List): void => {
      this.#receive(recording, wire);
    };
    return {
      ...recording,
      send,
      register: (procedure, options = {}) => {
        send([64, 1, options, procedure]);
        return toRegistrationId(idOf(take().at(-1) ?? []));
      },
      leave: () => {
        session.end();
        this.dealer.removeSession(session);
      },
    };
  }

  #receive({ session }: RecordingSession, wire: List): void {
    try {
      this.#route(session, toMessage(wire));
    } catch (error) {
      if (!(error instanceof WampError)) throw error;
      const message = toMessage(wire);
      if (!('request' in message)) throw error;
      session.send({
        type: 8,
        requestType: message.type,
        request: message.request,
        details: {},
        error: error.uri,
        payload: Payload.of(jsonFormat, error.args, error.kwargs),
      });
    }
  }

  #route(session: Session, message: ClientMessage): void {
    if (message.type === 8) this.dealer.error(session, message);
    else if (message.type === 48) this.#call(session, message);
    else if (message.type === 49) this.dealer.cancel(session, message);
    else if (message.type === 64) this.dealer.register(session, message);
    else if (message.type === 66) this.dealer.unregister(session, message);
    else if (message.type === 70) this.dealer.yield(session, message);
    else throw new TypeError(`not for a dealer: ${message.type}`);
  }

  #call(session: Session, message: Call): void {
    if (session.isContinuation(message.request)) {
      this.dealer.continueCall(session, message);
    } else {
      session.countRequest(message.request);
      this.dealer.call(session, message);
    }
  }
}
