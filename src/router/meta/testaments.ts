import { Uri, WampError } from '../protocol/errors.js';
import type { Session } from '../session.js';
import type { Testament, TestamentScope } from './testament.js';

/** The testaments of one scope, and their bytes together. */
interface Bequest {
  readonly testaments: Testament[];
  bytes: number;
}

type Will = Record<TestamentScope, Bequest>;

/** The testaments of the sessions of a realm (WAMP, Session Testament). */
export class Testaments {
  readonly #bySession = new Map<Session, Will>();

  /** Throws WampError `limit_exceeded` when the session has as many, or as large ones, as its limits allow. */
  add(session: Session, scope: TestamentScope, testament: Testament): void {
    const will = this.#bySession.get(session) ?? { detached: nothing(), destroyed: nothing() };
    const { detached, destroyed } = will;
    const { limits } = session;
    if (detached.testaments.length + destroyed.testaments.length >= limits.testaments) {
      throw new WampError(Uri.limitExceeded, ['too many testaments in this session']);
    }
    const bytes = sizeOf(testament);
    if (detached.bytes + destroyed.bytes + bytes > limits.testamentBytes) {
      throw new WampError(Uri.limitExceeded, ['the testaments of this session are too large']);
    }
    will[scope].testaments.push(testament);
    will[scope].bytes += bytes;
    this.#bySession.set(session, will);
  }

  /** Forgets those of one scope. */
  flush(session: Session, scope: TestamentScope): void {
    const will = this.#bySession.get(session);
    if (will !== undefined) will[scope] = nothing();
  }

  /** Removes and gives all of a session in the order in which they are to be published. */
  take(session: Session): readonly Testament[] {
    const will = this.#bySession.get(session);
    if (will === undefined) return [];
    this.#bySession.delete(session);
    return [...will.detached.testaments, ...will.destroyed.testaments];
  }
}

const nothing = (): Bequest => ({ testaments: [], bytes: 0 });

const sizeOf = ({ topic, options, payload }: Testament): number =>
  topic.length +
  JSON.stringify(options, spelled).length +
  (payload.argsBytes?.length ?? 0) +
  (payload.kwargsBytes?.length ?? 0);

/** Custom options of binary serializers may hold integers for which JSON has no form of its own. */
const spelled = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
