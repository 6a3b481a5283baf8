import type { Authorization } from '../authorization.js';
import type { LocalClient } from '../local-client/local-client.js';
import type { Logger } from '../logger.js';
import { dictAt, invalidArgument } from '../meta/arguments.js';
import type { MetaCall, MetaProcedures } from '../meta/meta-procedure.js';
import { PatternMap } from '../pattern-map/pattern-map.js';
import { Uri, WampError } from '../protocol/errors.js';
import { isId } from '../protocol/id.js';
import type { Dict, List } from '../protocol/message.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { Session } from '../session.js';
import type { Subscription } from '../broker/subscription.js';

/** How long a handler may take; then the subscriber's events go on without a state. */
const STATE_MS = 30_000;
/** State handlers of a realm, at most. */
const HANDLERS = 1000;

/** Events of one subscriber that are held back. */
export interface Hold {
  /** Lets them go on, but for those up to and including the publication `after`. */
  release(after?: number): void;
}

/** What is asked of the realm. */
export interface StateHandlersOptions {
  readonly authorization: Authorization;
  readonly hold: (subscription: Subscription, session: Session) => Hold;
  /** Calls the handlers. */
  readonly client: LocalClient;
  readonly logger: Logger;
}

interface StateHandler {
  readonly match: MatchPolicy;
  readonly procedure: string;
  /** Who added it: it goes with that session. */
  readonly owner: Session;
}

/**
 * Thruway's way to give a new subscriber the state of a topic: the topic's handler is called, publishes what the subscriber must know to it
 * alone (`eligible`, `_thruway_restoring_state`), and returns the last publication that this contains. What is published meanwhile is held
 * back until then.
 */
export class StateHandlers {
  readonly #options: StateHandlersOptions;
  readonly #handlers = new PatternMap<StateHandler>();
  readonly #byOwner = new Map<Session, Map<string, readonly [uri: string, match: MatchPolicy]>>();
  #count = 0;

  constructor(options: StateHandlersOptions) {
    this.#options = options;
  }

  /** What sessions call, under their ordinary names in Thruway. */
  get procedures(): MetaProcedures {
    return {
      add_state_handler: (call) => this.#add(call),
      remove_state_handler: (call) => this.#remove(call),
    };
  }

  /** A session has subscribed: its state is fetched before its events. */
  subscribed(session: Session, subscription: Subscription): void {
    const handler = this.#handlerOf(subscription);
    if (handler !== undefined) void this.#restore(handler, session, subscription);
  }

  /** A session has left: its handlers go with it. */
  left(session: Session): void {
    for (const [uri, match] of this.#byOwner.get(session)?.values() ?? []) {
      this.#handlers.delete(uri, match);
      this.#count -= 1;
    }
    this.#byOwner.delete(session);
  }

  async #restore(
    handler: StateHandler,
    session: Session,
    subscription: Subscription,
  ): Promise<void> {
    const { client, logger } = this.#options;
    const { authid, authrole, authroles = [authrole], authmethod } = session.principal;
    const options: Dict = subscription.match === 'exact' ? {} : { match: subscription.match };
    const details: Dict = { authid, authrole, authroles, authmethod };
    const hold = this.#options.hold(subscription, session);
    let last: unknown;
    try {
      const state = [subscription.uri, session.id, options, details];
      // By a signal, not by `timeout`: that could be the callee's to measure, who may never answer.
      const signal = AbortSignal.timeout(STATE_MS);
      const answer = await client.call(handler.procedure, state, {}, { signal });
      [last] = answer.args;
    } catch (error) {
      logger.warn({ error, procedure: handler.procedure }, 'a state handler failed');
    }
    hold.release(isId(last) ? last : undefined);
  }

  /** One for all of the subscription's topics; the most specific. */
  #handlerOf({ uri, match }: Subscription): StateHandler | undefined {
    if (match === 'exact') return this.#handlers.best(uri);
    return (
      this.#handlers.find(uri, match) ??
      (match === 'prefix'
        ? this.#handlers.patterns(uri).find((handler) => handler.match === 'prefix')
        : undefined)
    );
  }

  /** Who adds a handler must be allowed to do itself what the router will do for it. */
  async #add({ caller, args }: MetaCall): Promise<List> {
    const { uri, match, handlerUri } = handlerAt(args);
    const { authorization } = this.#options;
    const mayPublish = await authorization.authorize(caller, 'publish', uri, match);
    const mayCall = await authorization.authorize(caller, 'call', handlerUri, 'exact');
    if (!mayPublish || !mayCall) throw new WampError(Uri.notAuthorized);
    if (!caller.isOpen) throw new WampError(Uri.canceled);
    const known = this.#handlers.find(uri, match);
    if (known === undefined && this.#count >= HANDLERS) {
      throw new WampError(Uri.limitExceeded, ['too many state handlers in this realm']);
    }
    if (known === undefined) this.#count += 1;
    else this.#byOwner.get(known.owner)?.delete(keyOf(uri, match));
    this.#handlers.set(uri, match, { match, procedure: handlerUri, owner: caller });
    const owned = this.#byOwner.get(caller) ?? new Map<string, readonly [string, MatchPolicy]>();
    this.#byOwner.set(caller, owned.set(keyOf(uri, match), [uri, match]));
    return [];
  }

  #remove({ caller, args }: MetaCall): List {
    const { uri, match } = topicAt(args);
    if (this.#byOwner.get(caller)?.delete(keyOf(uri, match)) === true) {
      this.#handlers.delete(uri, match);
      this.#count -= 1;
    }
    return [];
  }
}

const keyOf = (uri: string, match: MatchPolicy): string => `${match} ${uri}`;

/** Throws WampError `invalid_argument`. */
function topicAt(args: List): { readonly uri: string; readonly match: MatchPolicy } {
  const { uri, options } = dictAt(args, 0);
  if (typeof uri !== 'string') throw invalidArgument('uri is a string');
  const { match = 'exact' } = dictAt([options], 0);
  if (match !== 'exact' && match !== 'prefix' && match !== 'wildcard') {
    throw invalidArgument('match is one of exact, prefix, wildcard');
  }
  return { uri, match };
}

/** Throws WampError `invalid_argument`. */
function handlerAt(args: List): ReturnType<typeof topicAt> & { readonly handlerUri: string } {
  const { handler_uri: handlerUri } = dictAt(args, 0);
  if (typeof handlerUri !== 'string') throw invalidArgument('handler_uri is a string');
  return { ...topicAt(args), handlerUri };
}
