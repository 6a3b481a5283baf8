import type { CaseContext } from './case-context.js';
import { anyDict, anyId, error, isDict, matches } from './pattern.js';
import type { Peer, Wire } from './peer.js';
import { ensure } from './transcript.js';

/** A session that subscribes to meta events. It passes over those about sessions that are none of the case's: there may be others in the realm. */
export class MetaWatch {
  readonly #peer: Peer;
  readonly #topics: ReadonlyMap<unknown, string>;
  readonly #sessions = new Set<unknown>();

  private constructor(peer: Peer, topics: ReadonlyMap<unknown, string>) {
    this.#peer = peer;
    this.#topics = topics;
  }

  /** Subscribes to meta topics such as `wamp.session.on_join`. */
  static async over(c: CaseContext, topics: readonly string[], realm?: string): Promise<MetaWatch> {
    const peer = await c.join('watcher', { realm: realm ?? c.target.realm });
    const subscribed = new Map<unknown, string>();
    for (const topic of topics) subscribed.set(await peer.subscribe(topic), topic);
    return new MetaWatch(peer, subscribed);
  }

  /** The session that watches. */
  get peer(): Peer {
    return this.#peer;
  }

  /** Takes events about these sessions for those of the case. */
  about(...peers: readonly Peer[]): void {
    for (const { session } of peers) this.#sessions.add(session);
  }

  /** Expects the next event to be of this topic, and its arguments to match. */
  async expect(topic: string, args: unknown): Promise<Wire> {
    const event = await this.#next();
    ensure(
      this.#topics.get(event[1]) === topic && matches(args, event[4]),
      `expected ${topic} ${JSON.stringify(args)}\n  received ${String(this.#topics.get(event[1]))} ${JSON.stringify(event)}`,
    );
    return isList(event[4]) ? event[4] : [];
  }

  /** The topic and the arguments of the next event. */
  async next(): Promise<Wire> {
    const event = await this.#next();
    return [this.#topics.get(event[1]), event[4]];
  }

  /** Claims that no event about the sessions of the case has come. */
  async receiveNothing(): Promise<void> {
    const request = this.#peer.request;
    this.#peer.send([34, request, 2 ** 53 - 1]);
    const answered = error(34, request, 'wamp.error.no_such_subscription');
    for (;;) {
      const message = await this.#peer.receive();
      if (matches(answered, message)) return;
      ensure(!this.#isAboutUs(message), `not expected: ${JSON.stringify(message)}`);
    }
  }

  async #next(): Promise<Wire> {
    for (;;) {
      const event = await this.#peer.receive();
      ensure(matches([36, anyId, anyId, anyDict], event.slice(0, 4)), JSON.stringify(event));
      if (this.#isAboutUs(event)) return event;
    }
  }

  #isAboutUs(event: Wire): boolean {
    const [first] = isList(event[4]) ? event[4] : [];
    return this.#sessions.has(isDict(first) ? first['session'] : first);
  }
}

const isList = (value: unknown): value is Wire => Array.isArray(value);
