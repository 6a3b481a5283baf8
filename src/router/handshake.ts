import {
  AuthenticationRefused,
  type AuthenticationRequest,
  type Authenticator,
} from './authenticator.js';
import { chooseAuthenticator } from './choose-authenticator.js';
import { LazySignal } from './lazy-signal.js';
import type { Principal } from './principal.js';
import { ProtocolViolation, Uri } from './protocol/errors.js';
import { newSessionId, type SessionId } from './protocol/id.js';
import {
  MessageType,
  type Authenticate,
  type ClientMessage,
  type Dict,
  type Hello,
} from './protocol/message.js';
import { isDict } from './protocol/options.js';
import { isUri } from './protocol/uri.js';
import type { Realm } from './realm.js';
import { CloseCode } from './transport/close-codes.js';
import type { HandshakeTurns } from './transport/turns/handshake-turns.js';
import type { Transport, TransportDetails } from './transport/transport.js';

/** A client that may join. */
export interface Admission {
  readonly session: SessionId;
  readonly realm: Realm;
  readonly principal: Principal;
  /** HELLO.Details.roles. */
  readonly roles: Dict;
}

/** What a handshake needs. */
export interface HandshakeOptions {
  readonly transport: Transport;
  /** The ways in, in the server's order. */
  readonly authenticators: readonly Authenticator[];
  /** The realm that a client may see under this name who came in through this listener. */
  readonly findRealm: (name: string, listener: string) => Realm | undefined;
  /** From the beginning to HELLO. */
  readonly helloMs: number;
  /** From the beginning to the end. */
  readonly authMs: number;
  /** Whether a session went before on this transport: then whatever is no HELLO ends it quietly. */
  readonly isFollowUp: boolean;
  /** When HELLO and AUTHENTICATE are acted upon. */
  readonly turns: HandshakeTurns;
}

/** The peer has gone, or said ABORT: nobody is there to be told anything. */
export class PeerGone extends Error {
  override readonly name = 'PeerGone';
}

/** The connection is lost: nothing is left to be closed either. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** HELLO or AUTHENTICATE did not come in time. */
export class HandshakeTimeout extends Error {
  override readonly name = 'HandshakeTimeout';
}

/** The peer's violation, with the code that shall close its transport. */
export class HandshakeViolation extends Error {
  override readonly name = 'HandshakeViolation';
  readonly closeCode: CloseCode;

  constructor(violation: ProtocolViolation, closeCode: CloseCode = CloseCode.protocolError) {
    super(violation.message, { cause: violation });
    this.closeCode = closeCode;
  }
}

type Expected = 'hello' | 'authenticate' | 'nothing';

/** The opening of a session: HELLO, perhaps CHALLENGE and AUTHENTICATE, until it is known who the client is (WAMP 4.1, 13). */
export class Handshake {
  readonly #options: HandshakeOptions;
  #isOver = false;
  readonly #gone = new LazySignal();
  #expected: Expected = 'hello';
  /** HELLO has had its turn. */
  #hasBegun = false;
  #timer: NodeJS.Timeout | undefined;
  #onadmission: (admission: Admission) => void = () => undefined;
  #onauthenticate: (message: Authenticate) => void = () => undefined;
  #failure: Error | undefined;
  #onfailure: (error: Error) => void = () => undefined;
  #onover: () => void = () => undefined;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the client may join. Rejects with AuthenticationRefused, AuthenticatorUnavailable, HandshakeViolation,
   * HandshakeTimeout, PeerGone or ConnectionLost; with anything else when an authenticator is at fault.
   */
  async run(): Promise<Admission> {
    const admission = new Promise<Admission>((resolve, reject) => {
      this.#onadmission = resolve;
      this.#onfailure = reject;
    });
    this.#options.transport.open({
      onmessage: (message) => {
        this.#receive(message);
      },
      onviolation: (violation, code) => {
        this.#expected = 'nothing';
        this.#fail(new HandshakeViolation(violation, code));
      },
      onclose: () => {
        this.#fail(new ConnectionLost('the connection was lost'));
      },
    });
    const { helloMs, authMs } = this.#options;
    this.#limit(Math.min(helloMs, authMs), Math.max(0, authMs - helloMs));
    try {
      return await admission;
    } finally {
      clearTimeout(this.#timer);
      this.#end();
    }
  }

  /** Throws what has failed after all since the client was admitted: it may have gone before anybody could take it in. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #end(): void {
    this.#isOver = true;
    this.#onover();
    this.#gone.abort(handshakeIsOver);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#onfailure(error);
  }

  /** One timer, for HELLO and then for the rest: most handshakes are over before either. */
  #limit(ms: number, rest: number): void {
    this.#timer = setTimeout(() => {
      if (this.#hasBegun && rest > 0) this.#limit(rest, 0);
      else this.#fail(this.#overdue());
    }, ms);
  }

  #overdue(): Error {
    return this.#options.isFollowUp && this.#expected === 'hello'
      ? new PeerGone('no further session')
      : new HandshakeTimeout('the handshake took too long');
  }

  #receive(message: ClientMessage): void {
    const expected = this.#expected;
    this.#expected = 'nothing';
    if (message.type === MessageType.Abort) {
      this.#fail(new PeerGone('the client sent ABORT'));
    } else if (message.type === MessageType.Hello && expected === 'hello') {
      this.#proceed(() => {
        this.#hasBegun = true;
        // Whatever it comes to after a failure is void.
        this.#admit(message).then(this.#onadmission, this.#onfailure);
      });
    } else if (message.type === MessageType.Authenticate && expected === 'authenticate') {
      this.#proceed(() => {
        this.#onauthenticate(message);
      });
    } else if (expected === 'hello' && this.#options.isFollowUp) {
      this.#fail(new PeerGone('the session before is over'));
    } else {
      const wanted = expected === 'nothing' ? 'no message' : expected.toUpperCase();
      this.#fail(new HandshakeViolation(new ProtocolViolation(`${wanted} is expected now`)));
    }
  }

  /** Whoever has failed meanwhile costs nothing more. */
  #proceed(step: () => void): void {
    this.#options.turns.proceed(() => {
      if (this.#failure === undefined) step();
    });
  }

  async #admit(hello: Hello): Promise<Admission> {
    const { details } = hello;
    if (!isUri(hello.realm)) throw new AuthenticationRefused(Uri.invalidUri, 'the realm is no URI');
    const { listener } = this.#options.transport.details;
    const realm = this.#options.findRealm(hello.realm, listener);
    if (realm === undefined) throw new AuthenticationRefused(Uri.noSuchRealm, 'no such realm');
    const authenticator = chooseAuthenticator(this.#options.authenticators, {
      realm: hello.realm,
      authmethods: details['authmethods'],
      transport: this.#options.transport.details,
    });
    const session = newSessionId();
    const principal = await authenticator.authenticate(this.#requestFor(session, hello));
    if (!realm.roles.has(principal.authrole)) {
      throw new AuthenticationRefused(Uri.noSuchRole, 'the role does not exist in this realm');
    }
    const { roles } = details;
    return { session, realm, principal, roles: isDict(roles) ? roles : {} };
  }

  #requestFor(session: SessionId, hello: Hello): AuthenticationRequest {
    return new HelloRequest(session, hello, {
      transport: this.#options.transport.details,
      gone: this.#gone,
      challenge: (method, extra) => this.#challenge(method, extra),
    });
  }

  #challenge(method: string, extra: Dict): Promise<Authenticate> {
    return new Promise((resolve, reject) => {
      const onover = (): void => {
        reject(handshakeIsOver());
      };
      if (this.#isOver) {
        onover();
        return;
      }
      this.#onover = onover;
      this.#onauthenticate = (message) => {
        this.#onover = () => undefined;
        resolve(message);
      };
      this.#expected = 'authenticate';
      if (this.#options.transport.send({ type: MessageType.Challenge, method, extra })) return;
      const message = 'a CHALLENGE is longer than this client takes';
      reject(new AuthenticationRefused(Uri.payloadSizeExceeded, message));
    });
  }
}

const handshakeIsOver = (): PeerGone => new PeerGone('the handshake is over');

/** What a handshake lends its request. */
interface HandshakePart {
  readonly transport: TransportDetails;
  readonly gone: LazySignal;
  readonly challenge: AuthenticationRequest['challenge'];
}

/** A class: each object literal with a getter would be a shape of its own, which outlives it and keeps the whole handshake. */
class HelloRequest implements AuthenticationRequest {
  readonly session: SessionId;
  readonly realm: string;
  readonly details: Dict;
  readonly transport: TransportDetails;
  readonly challenge: AuthenticationRequest['challenge'];
  readonly #gone: LazySignal;
  #isChallenged = false;

  constructor(session: SessionId, { realm, details }: Hello, part: HandshakePart) {
    this.session = session;
    this.realm = realm;
    this.details = details;
    this.transport = part.transport;
    this.#gone = part.gone;
    this.challenge = (method, extra) => {
      if (this.#isChallenged) {
        return Promise.reject(new Error('at most one CHALLENGE for each HELLO'));
      }
      this.#isChallenged = true;
      return part.challenge(method, extra);
    };
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }
}
