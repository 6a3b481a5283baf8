import { Uri, WampError } from './protocol/errors.js';
import type { Session } from './session.js';
import {
  DEFAULT_TESTAMENT_LIMITS,
  type Testament,
  type TestamentLimits,
  type TestamentScope,
} from './testament.js';

type Will = Record<TestamentScope, Testament[]>;

/** The testaments of the sessions of a realm (WAMP, Session Testament). */
export class Testaments {
  readonly #limits: TestamentLimits;
  readonly #bySession = new Map<Session, Will>();

  constructor(limits: TestamentLimits = DEFAULT_TESTAMENT_LIMITS) {
    this.#limits = limits;
  }

  /** Throws WampError `limit_exceeded` when the session has as many, or as large ones, as it may. */
  add(session: Session, scope: TestamentScope, testament: Testament): void {
    const will = this.#bySession.get(session) ?? { detached: [], destroyed: [] };
    const all = [...will.detached, ...will.destroyed, testament];
    if (all.length > this.#limits.count) {
      throw new WampError(Uri.limitExceeded, ['too many testaments in this session']);
    }
    if (all.reduce((sum, each) => sum + sizeOf(each), 0) > this.#limits.bytes) {
      throw new WampError(Uri.limitExceeded, ['the testaments of this session are too large']);
    }
    will[scope].push(testament);
    this.#bySession.set(session, will);
  }

  /** Forgets those of one scope. */
  flush(session: Session, scope: TestamentScope): void {
    const will = this.#bySession.get(session);
    if (will !== undefined) will[scope] = [];
  }

  /** Removes and gives all of a session in the order in which they are to be published. */
  take(session: Session): readonly Testament[] {
    const will = this.#bySession.get(session);
    if (will === undefined) return [];
    this.#bySession.delete(session);
    return [...will.detached, ...will.destroyed];
  }
}

const sizeOf = ({ topic, options, payload }: Testament): number =>
  topic.length +
  JSON.stringify(options).length +
  (payload.argsBytes?.length ?? 0) +
  (payload.kwargsBytes?.length ?? 0);
