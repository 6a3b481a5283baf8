import { randomBytes } from 'node:crypto';

import { anyDict, anyId, error } from './pattern.js';
import { Peer } from './peer.js';
import type { Wire } from './peer.js';
import { announces } from './target.js';
import type { Facts, Target } from './target.js';
import { ConformanceFailure, ensure, NotOffered, Transcript } from './transcript.js';
import { parseAddress } from './wire/address.js';
import { openConnection } from './wire/connection.js';
import { OctetStream } from './wire/octet-stream.js';
import { post } from './wire/post.js';
import type { Answer } from './wire/post.js';
import { SerializerRefused } from './wire/serializer-refused.js';
import { tell } from './wire/value.js';
import { formatOf } from './wire/wire-format.js';
import type { SerializerName } from './wire/wire-format.js';

type Dict = Readonly<Record<string, unknown>>;

/** How a peer connects and what it says in HELLO. */
export interface JoinOptions {
  readonly url?: string;
  /** That of the run if left out. The case is not offered if the router does not speak one that the case asks for. */
  readonly serializer?: SerializerName;
  readonly realm?: string | undefined;
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
  readonly #streams: OctetStream[] = [];
  readonly #over = new AbortController();
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

  /** Connects, without HELLO. */
  async connect(name: string, options: JoinOptions = {}): Promise<Peer> {
    const { transcript, target } = this;
    const { timeoutMs } = target;
    const format = formatOf(options.serializer ?? target.serializer);
    try {
      const connection = await openConnection(parseAddress(options.url ?? target.url), {
        format,
        headers: options.headers ?? {},
        timeoutMs,
      });
      const peer = new Peer({ name, connection, format, transcript, timeoutMs });
      this.#peers.push(peer);
      return peer;
    } catch (cause) {
      const told = `${name}: no connection: ${String(cause)}`;
      if (cause instanceof SerializerRefused && options.serializer !== undefined)
        throw new NotOffered(told);
      throw new ConformanceFailure(told, { cause });
    }
  }

  /** Connects and opens a session. */
  async join(name: string, options: JoinOptions = {}): Promise<Peer> {
    const peer = await this.connect(name, options);
    await this.enter(peer, options);
    return peer;
  }

  /** A publisher and a subscriber, maybe of different serializers, on a topic `pair` of their own. */
  async pair(
    publishing: JoinOptions,
    subscribing: JoinOptions,
  ): Promise<{
    readonly publisher: Peer;
    readonly subscriber: Peer;
    readonly subscription: number;
  }> {
    const subscriber = await this.join('subscriber', subscribing);
    const subscription = await subscriber.subscribe(this.uri('pair'));
    const publisher = await this.join('publisher', publishing);
    return { publisher, subscriber, subscription };
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
      `${peer.name}: after the end of the session came ${tell(outcome)}`,
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

  /** Opens the connection below a RawSocket, without handshake. */
  async dial(): Promise<OctetStream> {
    const address = parseAddress(this.target.url);
    ensure(address.transport === 'rawsocket', 'needs overRawSocket');
    const stream = await OctetStream.open(address);
    this.#streams.push(stream);
    return stream;
  }

  /** Sends a request to a path below the base of HTTP long-poll. */
  post(path: string, body: Buffer): Promise<Answer> {
    const address = parseAddress(this.target.url);
    ensure(address.transport === 'longpoll', 'needs overLongPoll');
    const { signal } = this.#over;
    return post(`${address.url}/${path}`, body, { signal });
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#over.abort();
    for (const { socket } of this.#streams) socket.destroy();
    await Promise.all(this.#peers.map((peer) => peer.dispose()));
  }

  #mustProve(options: JoinOptions): boolean {
    const open = options.url !== undefined && options.url === this.target.openUrl;
    return this.target.token !== undefined && !open;
  }
}
