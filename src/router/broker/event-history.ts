import type { Dict, List } from '../protocol/message.js';
import type { HistoryRule } from '../realm-options.js';
import type { Session } from '../session.js';
import { payloadBytes } from './event-bytes.js';
import type { EventStore, StoredEvent } from './event-store.js';
import type { HistoryQuery } from './history-query.js';
import { MemoryEventStore } from './memory-event-store.js';
import type { Publication } from './publication.js';
import { audienceFilter, namesSessions, principalLists } from './publication-filter.js';
import type { OpenSubscription, Subscriptions } from './subscriptions.js';
import { formatTimestamp, newEventClock } from './timestamp.js';

/** Makes the store of a subscription with a history. */
export type EventStoreFactory = (rule: HistoryRule) => EventStore;

/** What one answer holds at most: who wants more goes on from its last publication. */
const ANSWER_EVENTS = 1000;
const ANSWER_BYTES = 512 * 1024;

const inMemory: EventStoreFactory = ({ events, maxAgeMs }) =>
  new MemoryEventStore({ events, maxAgeMs });

/**
 * The events of the subscriptions that have a history (WAMP, Event History). They are there from the start, held or not, so that nothing
 * is missed. What was published for certain sessions is not kept: a session's id means nothing to those who ask later.
 */
export class EventHistory {
  readonly #now = newEventClock();

  constructor(
    rules: readonly HistoryRule[],
    subscriptions: Subscriptions,
    storeOf: EventStoreFactory = inMemory,
  ) {
    for (const rule of rules) {
      subscriptions.create(rule.uri, rule.match, storeOf(rule));
    }
  }

  /** Keeps a publication's event on a subscription. */
  add(publication: Publication, subscription: OpenSubscription, store: EventStore): void {
    const { id, topic, options, ownPayload } = publication;
    if (namesSessions(options)) return;
    store.append({
      publication: id,
      topic,
      timestamp: this.#now(),
      details: publication.detailsFor(subscription),
      payload: ownPayload,
      audience: principalLists(options),
    });
  }

  /** The events that a session may have of those that it asks for, as dicts, each with the values of its payload. */
  answer(asker: Session, query: HistoryQuery, { id, history }: OpenSubscription): List {
    if (history === undefined) return [];
    const events = query.slice(history.read());
    const answer: Dict[] = [];
    let bytes = 0;
    for (const event of query.isReversed ? events.toReversed() : events) {
      if (!query.accepts(event) || !isFor(asker, event)) continue;
      bytes += payloadBytes(event.payload);
      const isFull = answer.length > 0 && bytes > ANSWER_BYTES;
      if (isFull || answer.length >= Math.min(query.limit, ANSWER_EVENTS)) break;
      answer.push(describe(event, id));
    }
    return answer;
  }
}

const isFor = (asker: Session, { audience }: StoredEvent): boolean =>
  audience === undefined || audienceFilter(audience)(asker);

const describe = (event: StoredEvent, subscription: number): Dict => ({
  timestamp: formatTimestamp(event.timestamp),
  subscription,
  publication: event.publication,
  details: event.details,
  args: event.payload.decodeArgs(),
  kwargs: event.payload.decodeKwargs(),
});
