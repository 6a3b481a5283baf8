import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

import { WebSocket } from 'ws';

import { anyDict, anyId, error } from './pattern.js';
import { Peer } from './peer.js';
import type { Wire } from './peer.js';
import { announces } from './target.js';
import type { Facts, Target } from './target.js';
import { ConformanceFailure, ensure, Transcript } from './transcript.js';

type Dict = Readonly<Record<string, unknown>>;

/** How a peer connects and what it says in HELLO. */
export interface JoinOptions {
  readonly url?: string;
  readonly realm?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** HELLO.Details.roles; the four client roles without features if left out. */
  readonly roles?: Dict;
  /** Further HELLO.Details, which win over the usual ones. */
  readonly details?: Dict;
}

/** The four client roles with call canceling, so that a callee may be interrupted. */
export const CANCELABLE_CALLEE: Dict = {
  publisher: {},
  subscriber: {},
  caller: { features: { call_canceling: true } },
  callee: { features: { call_canceling: true } },
};

const ROLES: Dict = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

/** What one case works with: its own connections, its own URIs, its own transcript. */
export class CaseContext {
  readonly target: Target;
  readonly transcript: Transcript;
  readonly #facts: Facts;
  readonly #peers: Peer[] = [];
  readonly #unique = randomBytes(6).toString('hex');

  constructor(facts: Facts) {
    this.#facts = facts;
    this.target = facts.target;
    this.transcript = new Transcript([facts.target.token ?? '', ...facts.target.refusedTokens]);
  }

  /** Whether the router announces a feature. */
  announces(role: 'broker' | 'dealer', feature: string): boolean {
    return announces(this.#facts, role, feature);
  }

  /** A URI that no other case uses. */
  uri(name: string): string {
    return `${this.target.prefix}conformance.c${this.#unique}.${name}`;
  }

  /** Opens a WebSocket with subprotocol `wamp.2.json`, without HELLO. */
  async connect(name: string, options: JoinOptions = {}): Promise<Peer> {
    const socket = new WebSocket(options.url ?? this.target.url, ['wamp.2.json'], {
      perMessageDeflate: false,
      headers: { ...options.headers },
    });
    const peer = await new Promise<Peer>((resolve, reject) => {
      socket.once('error', (cause) => {
        reject(new ConformanceFailure(`${name}: no connection: ${cause.message}`, { cause }));
      });
      socket.once('upgrade', (response: { readonly socket: Socket }) => {
        const { transcript, target } = this;
        const wire = response.socket;
        const made = new Peer({ name, socket, wire, transcript, timeoutMs: target.timeoutMs });
        socket.once('open', () => {
          resolve(made);
        });
      });
    });
    this.#peers.push(peer);
    return peer;
  }

  /** Connects and opens a session. */
  async join(name: string, options: JoinOptions = {}): Promise<Peer> {
    const peer = await this.connect(name, options);
    await this.enter(peer, options);
    return peer;
  }

  /** Opens a session on a connection that has none. */
  async enter(peer: Peer, options: JoinOptions = {}): Promise<void> {
    peer.send(this.hello(options));
    if (this.#mustProve(options)) await this.answerChallenge(peer);
    await peer.welcomed();
  }

  /** The HELLO of a session, which offers what the listener wants. */
  hello(options: JoinOptions = {}): Wire {
    const methods = { authmethods: [this.#mustProve(options) ? 'jwt' : 'anonymous'] };
    return [
      1,
      options.realm ?? this.target.realm,
      { roles: options.roles ?? ROLES, ...methods, ...options.details },
    ];
  }

  /** Expects CHALLENGE and answers it with the token. */
  async answerChallenge(peer: Peer): Promise<void> {
    await peer.expect([4, 'jwt', anyDict]);
    peer.send([5, this.token, {}]);
  }

  /** The token of the run; a case that asks for it needs `challenges`. */
  get token(): string {
    ensure(this.target.token !== undefined, 'the run was given no token');
    return this.target.token;
  }

  /**
   * Gives a way of knowing when the router has ended the session of `peer`: somebody else waits for the result of a call that `peer` never
   * answers, and is told when its callee is gone. It takes one request id of `peer` and its next invocation id.
   */
  async witness(peer: Peer): Promise<() => Promise<void>> {
    const procedure = this.uri(`witness.of.${peer.name.replaceAll(' ', '_')}`);
    const registration = await peer.register(procedure);
    const watcher = await this.join(`watcher of ${peer.name}`);
    const request = watcher.call(procedure);
    await peer.invoked(registration);
    return async () => {
      await watcher.expect(error(48, request, 'wamp.error.canceled'));
    };
  }

  /** Claims that the session of `peer` is over: the next that comes is the connection's end or the answer to a new HELLO. */
  async expectSessionOver(peer: Peer): Promise<void> {
    peer.send(this.hello());
    const outcome = await peer.outcome();
    const answer = typeof outcome === 'number' ? 'closed' : outcome[0];
    ensure(
      answer === 'closed' || answer === 2 || answer === 4,
      `${peer.name}: after the end of the session came ${JSON.stringify(outcome)}`,
    );
  }

  /** Claims that a session can be opened and used. */
  async expectRouterAlive(): Promise<void> {
    const peer = await this.join('newcomer');
    peer.send([32, 1, {}, this.uri('alive')]);
    await peer.expect([33, 1, anyId]);
  }

  /** Opens a session for each of these texts, sends it and expects a protocol violation. */
  async expectViolations(texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      const peer = await this.join('offender');
      peer.sendText(text);
      await peer.expectViolation();
      await peer.dispose();
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.dispose()));
  }

  #mustProve(options: JoinOptions): boolean {
    const open = options.url !== undefined && options.url === this.target.openUrl;
    return this.target.token !== undefined && !open;
  }
}
