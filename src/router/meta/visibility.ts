import type { Authorization } from '../authorization.js';
import type { Action } from '../action.js';
import { isReservedUri, type MatchPolicy } from '../protocol/uri.js';
import type { Session } from '../session.js';
import { allOf, eventually, type Eventually } from './eventually.js';

/** A subscription or registration, as far as it matters to whom it may be shown. */
export interface Discoverable {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/**
 * Who may know of a subscription or registration: who may use it. For all others there is no such thing, in answers and in events. Nobody
 * sees what is below `wamp.` and `expressway.`: who listens to meta events shall not cause them.
 */
export class Visibility {
  readonly #authorization: Authorization;
  readonly #actions: readonly Action[];

  /** `actions`: one that a session may do is enough. */
  constructor(authorization: Authorization, actions: readonly Action[]) {
    this.#authorization = authorization;
    this.#actions = actions;
  }

  /** Whether a session may know of it. Never fails: without an answer it may not. */
  isVisible(session: Session, { uri, match }: Discoverable): Eventually<boolean> {
    if (isReservedUri(uri)) return false;
    let answer: Eventually<boolean> = false;
    for (const action of this.#actions) {
      answer = eventually(answer, (isAllowed) =>
        isAllowed ? true : this.#ask(session, action, uri, match),
      );
    }
    return answer;
  }

  /** Those that a session may know of. */
  visibleTo<Thing extends Discoverable>(
    session: Session,
    things: Iterable<Thing>,
  ): Eventually<readonly Thing[]> {
    return those([...things], (thing) => this.isVisible(session, thing));
  }

  /** Those of the sessions that may know of it. */
  audienceOf(thing: Discoverable, sessions: Iterable<Session>): Eventually<readonly Session[]> {
    return those([...sessions], (session) => this.isVisible(session, thing));
  }

  #ask(session: Session, action: Action, uri: string, match: MatchPolicy): Eventually<boolean> {
    try {
      const answer = this.#authorization.ask(session, action, uri, match);
      return answer instanceof Promise ? answer.catch(() => false) : answer;
    } catch {
      return false;
    }
  }
}

function those<Item>(
  items: readonly Item[],
  holds: (item: Item) => Eventually<boolean>,
): Eventually<readonly Item[]> {
  return eventually(allOf(items.map(holds)), (answers) =>
    items.filter((_item, index) => answers[index] === true),
  );
}
