import { toSubscriptionId, type SubscriptionId } from '../protocol/id.js';
import type { Event } from '../protocol/message.js';
import { valuesOf, type CallResult } from './local-invocations.js';
import type { Dict } from '../protocol/payload.js';

/** What an event's handler gets. */
export interface LocalEvent extends CallResult {
  /** EVENT.Details. */
  readonly details: Dict;
}

/** Hears events. What it throws is nobody's to hear. */
export type LocalHandler = (event: LocalEvent) => void;

/** The handlers of a local client: several may share one subscription, as the router gives it once. */
export class LocalSubscriptions {
  readonly #handlers = new Map<SubscriptionId, Set<LocalHandler>>();

  add(subscription: SubscriptionId, handler: LocalHandler): void {
    const handlers = this.#handlers.get(subscription) ?? new Set();
    this.#handlers.set(subscription, handlers.add(handler));
  }

  /** Whether it was there. */
  remove(subscription: SubscriptionId, handler: LocalHandler): boolean {
    return this.#handlers.get(subscription)?.delete(handler) ?? false;
  }

  /** Forgets a subscription that has no handler any more. False when it has some, or is forgotten already. */
  forgetIfUnused(subscription: SubscriptionId): boolean {
    return this.#handlers.get(subscription)?.size === 0 && this.#handlers.delete(subscription);
  }

  /** The router has taken a subscription away. */
  forget(subscription: number): void {
    this.#handlers.delete(toSubscriptionId(subscription));
  }

  dispatch({ subscription, details, payload }: Event): void {
    for (const handler of this.#handlers.get(subscription) ?? []) {
      try {
        handler({ ...valuesOf(payload), details });
      } catch {
        // The publisher is not to blame, and the other handlers shall have their event.
      }
    }
  }
}
