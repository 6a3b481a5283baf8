import { admit } from './admit.js';
import { AuthenticationRefused, AuthenticatorUnavailable } from './authenticator.js';
import type { Entrance } from './entrance.js';
import {
  ConnectionLost,
  Handshake,
  HandshakeTimeout,
  HandshakeViolation,
  PeerGone,
  type Admission,
} from './handshake.js';
import { LOCAL_CLIENT_ROLES } from './local-client/local-client.js';
import type { Logger } from './logger.js';
import type { HandshakeTurns } from './transport/turns/handshake-turns.js';
import type { PendingHandshakes } from './transport/turns/pending-handshakes.js';
import type { Principal } from './principal.js';
import { ProtocolViolation, Uri } from './protocol/errors.js';
import { newSessionId, type SessionId } from './protocol/id.js';
import { MessageType, type ClientMessage, type Dict } from './protocol/message.js';
import type { Realm } from './realm.js';
import { UNLIMITED_SESSION } from './session-limits.js';
import { termsOf, type SessionTerms } from './session-terms.js';
import { Session } from './session.js';
import { CloseCode } from './transport/close-codes.js';
import type { Transport } from './transport/transport.js';
import { sendWelcome } from './welcome.js';

/** What a router lends its connections. */
export interface ConnectionSurroundings {
  readonly logger: Logger;
  readonly helloMs: number;
  readonly authMs: number;
  readonly handshakes: PendingHandshakes;
  readonly turns: HandshakeTurns;
  /** Whether a principal has been ended since it was vouched for. */
  readonly isRevoked: (principal: Principal) => boolean;
  /** The realm of this name that clients may see who come in through this listener. */
  readonly findRealm: (name: string, listener: string) => Realm | undefined;
  /** The transport is gone, for good. */
  readonly onend: (connection: Connection) => void;
}

/** The router's own clients need no way in. */
const INTERNAL_ENTRANCE: Entrance = {
  authenticators: [],
  requestIds: 'strict',
  limits: UNLIMITED_SESSION,
};

/**
 * One transport from its first message to its last: a handshake, a session, and perhaps another of both after a GOODBYE. The only sender
 * of ABORT.
 */
export class Connection {
  readonly #transport: Transport;
  readonly #surroundings: ConnectionSurroundings;
  #session: Session | undefined;
  #realm: Realm | undefined;
  #isEnding = false;

  constructor(transport: Transport, surroundings: ConnectionSurroundings) {
    this.#transport = transport;
    this.#surroundings = surroundings;
  }

  /** Who the open session acts for; undefined while there is none. */
  get principal(): Principal | undefined {
    return this.#session?.isOpen === true ? this.#session.principal : undefined;
  }

  /** Opens sessions with whoever is at the other end, one after the other. */
  async serve(entrance: Entrance, isFollowUp = false): Promise<void> {
    const { handshakes, turns, findRealm, helloMs, authMs } = this.#surroundings;
    const { peer } = this.#transport.details;
    const countOut = handshakes.enter(entrance.limitsAddresses === false ? undefined : peer);
    try {
      const handshake = new Handshake({
        transport: this.#transport,
        authenticators: entrance.authenticators,
        findRealm,
        helloMs,
        authMs,
        isFollowUp,
        turns,
      });
      const admission = await handshake.run();
      handshake.check();
      this.#welcome(admission, entrance);
    } catch (error) {
      this.#refuse(error);
    } finally {
      countOut();
      turns.makeRoom();
    }
  }

  /** Joins a realm without a handshake, as one of the router's own clients. */
  joinInternally(realm: Realm, identity: Pick<Principal, 'authid' | 'authrole'>): SessionId {
    const session = newSessionId();
    this.#join(
      {
        session,
        realm,
        roles: LOCAL_CLIENT_ROLES,
        principal: { ...identity, authmethod: 'internal', authprovider: 'router' },
      },
      INTERNAL_ENTRANCE,
      INTERNAL_ENTRANCE,
    );
    return session;
  }

  /**
   * Joins a realm without a handshake, as somebody whom the router's own program vouches for. Throws AuthenticationRefused or
   * AuthenticatorUnavailable, as they could be refused in the end of a handshake.
   */
  joinAs(realm: Realm, principal: Principal, entrance: Entrance): SessionId {
    const terms = admit(principal, realm, entrance, this.#surroundings.isRevoked);
    const session = newSessionId();
    this.#join({ session, realm, principal, roles: LOCAL_CLIENT_ROLES }, entrance, terms);
    return session;
  }

  /** Ends the session for good, with GOODBYE; without a session, with ABORT. Nothing follows a GOODBYE (WAMP 4.2.1). */
  sayGoodbye(reason: string, message: string): void {
    if (this.#session !== undefined) {
      this.#session.sayGoodbye(reason, { message });
    } else if (!this.#isEnding) {
      this.#abort(reason, { message }, CloseCode.normal);
    }
  }

  /** Ends the session if its proof was over at `now` (milliseconds since the epoch), and the grace too, in the way of its realm. */
  expire(now: number): void {
    const expiresAt = this.principal?.expiresAt;
    if (expiresAt === undefined || this.#realm === undefined) return;
    const { graceMs, action } = this.#realm.expiry;
    if (now < expiresAt + graceMs) return;
    if (action === 'goodbye') this.sayGoodbye(Uri.tokenExpired, 'the token has expired');
    else this.close(CloseCode.tokenExpired, 'token_expired');
  }

  /** Closes the transport, so that the client comes back. */
  close(code: CloseCode, reason: string): void {
    this.#isEnding = true;
    this.#session?.end();
    this.#leave(code);
    this.#transport.close(code, reason);
  }

  #welcome(admission: Admission, entrance: Entrance): void {
    const { realm, principal } = admission;
    if (this.#isEnding) throw new PeerGone('the router closes');
    const terms = admit(principal, realm, entrance, this.#surroundings.isRevoked);
    const session = this.#join(admission, entrance, terms);
    if (!sendWelcome(session, realm.name)) {
      const message = 'a WELCOME is longer than this client takes';
      this.#abort(Uri.payloadSizeExceeded, { message }, CloseCode.messageTooBig);
      return;
    }
    const { authid, authrole } = principal;
    this.#log('info', { realm: realm.name, session: session.id, authid, authrole }, 'joined');
  }

  #join(admission: Admission, entrance: Entrance, terms: SessionTerms): Session {
    const { session: id, realm, principal, roles } = admission;
    const session = new Session({
      id,
      principal,
      transport: this.#transport,
      roles,
      ...terms,
      termsOf: (authrole) => termsOf(entrance.limits, realm.roles.get(authrole)),
      requestIds: realm.requestIds ?? entrance.requestIds,
      isInternal: entrance === INTERNAL_ENTRANCE,
      receive: (message) => {
        realm.receive(session, message);
      },
      onviolation: (violation) => {
        this.#violate(violation, CloseCode.protocolError);
      },
      ongoodbye: () => {
        this.#leave();
        if (!this.#isEnding) void this.serve(entrance, true);
      },
      onend: (code) => {
        this.#isEnding = true;
        this.#leave(code);
      },
    });
    this.#session = session;
    this.#realm = realm;
    realm.join(session);
    this.#transport.open({
      onmessage: (message) => {
        this.#receive(session, message);
      },
      onviolation: (violation, code) => {
        this.#violate(violation, code);
      },
      onclose: (code) => {
        this.#isEnding = true;
        session.inbox.finish(() => {
          session.end();
          this.#leave(code);
          this.#surroundings.onend(this);
        });
      },
    });
    return session;
  }

  #receive(session: Session, message: ClientMessage): void {
    if (!session.isOpen) {
      // The answer to our own GOODBYE; whatever else comes after it is void (WAMP 4.2.1).
      if (message.type === MessageType.Goodbye) session.close(CloseCode.normal, 'goodbye');
    } else if (message.type === MessageType.Hello || message.type === MessageType.Authenticate) {
      this.#violate(new ProtocolViolation('the session is open already'), CloseCode.protocolError);
    } else {
      session.inbox.deliver(message);
    }
  }

  #violate({ message }: ProtocolViolation, code: CloseCode): void {
    if (this.#session?.isOpen !== true) return;
    this.#log('warn', { session: this.#session.id, violation: message }, 'protocol violation');
    this.#abort(Uri.protocolViolation, { message }, code);
  }

  /** Removes the session from its realm; idempotent. */
  #leave(code?: number): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#realm?.leave(session);
    this.#log('info', { session: session.id, realm: this.#realm?.name, code }, 'left');
  }

  #refuse(error: unknown): void {
    if (error instanceof ConnectionLost) {
      this.#surroundings.onend(this);
      return;
    }
    // What is refused counts as a connection until its transport has ended.
    this.#transport.open({
      onmessage: () => undefined,
      onviolation: () => undefined,
      onclose: () => {
        this.#surroundings.onend(this);
      },
    });
    if (error instanceof AuthenticationRefused) {
      this.#log('warn', { reason: error.reason, message: error.message }, 'refused');
      this.#abort(error.reason, { ...error.details, message: error.message }, CloseCode.normal);
    } else if (error instanceof HandshakeViolation) {
      this.#log('warn', { violation: error.message }, 'protocol violation');
      this.#abort(Uri.protocolViolation, { message: error.message }, error.closeCode);
    } else if (error instanceof AuthenticatorUnavailable) {
      this.#log('warn', { reason: error.message }, 'cannot be admitted now');
      this.close(CloseCode.tryAgainLater, 'try again later');
    } else if (error instanceof HandshakeTimeout) {
      this.close(CloseCode.handshakeTimeout, 'the handshake took too long');
    } else if (error instanceof PeerGone) {
      this.close(CloseCode.normal, '');
    } else {
      this.#log('error', { error }, 'an authenticator failed');
      const message = 'the authentication failed';
      this.#abort(Uri.authenticationFailed, { message }, CloseCode.normal);
    }
  }

  #abort(reason: string, details: Dict, code: CloseCode): void {
    this.#transport.send({ type: MessageType.Abort, details, reason });
    this.close(code, reason);
  }

  #log(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
    const { listener, peer } = this.#transport.details;
    this.#surroundings.logger[level]({ listener, peer, ...fields }, message);
  }
}
