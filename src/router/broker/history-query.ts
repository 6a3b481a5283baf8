import { Uri, WampError } from '../protocol/errors.js';
import { isId } from '../protocol/id.js';
import type { Dict, List } from '../protocol/message.js';
import type { StoredEvent } from './event-store.js';
import { parseTimestamp } from './timestamp.js';

/** What `wamp.subscription.get_events` was asked for (WAMP, Event History). */
export interface HistoryQuery {
  readonly subscription: number;
  readonly limit: number;
  readonly isReversed: boolean;
  /** The events between the publications that were named, the oldest first. */
  readonly slice: (events: readonly StoredEvent[]) => readonly StoredEvent[];
  /** Whether an event is of the times and the topic that were named. */
  readonly accepts: (event: StoredEvent) => boolean;
}

type Comparison = (timestamp: number, bound: number) => boolean;

const TIMES: readonly (readonly [string, Comparison])[] = [
  ['from_time', (timestamp, bound) => timestamp >= bound],
  ['after_time', (timestamp, bound) => timestamp > bound],
  ['before_time', (timestamp, bound) => timestamp < bound],
  ['until_time', (timestamp, bound) => timestamp <= bound],
];

/** What part of the events a publication's place leaves. */
type Part = (events: readonly StoredEvent[], place: number) => readonly StoredEvent[];

const PLACES: readonly (readonly [string, Part])[] = [
  ['from_publication', (events, place) => events.slice(place)],
  ['after_publication', (events, place) => events.slice(place + 1)],
  ['before_publication', (events, place) => events.slice(0, place)],
  ['until_publication', (events, place) => events.slice(0, place + 1)],
];

/**
 * Reads the arguments of `wamp.subscription.get_events`; the limit may come as the second one, as some clients send it. Keywords that it
 * does not know are ignored. Throws WampError `wamp.error.invalid_argument`.
 */
export function parseHistoryQuery(args: List, kwargs: Dict): HistoryQuery {
  const [subscription, limit] = args;
  if (!isId(subscription) || args.length > 2) {
    throw invalid('the arguments are the id of a subscription and perhaps a limit');
  }
  const { reverse = false } = kwargs;
  if (typeof reverse !== 'boolean') throw invalid('reverse is a boolean');
  return {
    subscription,
    limit: Math.min(parseLimit(limit), parseLimit(kwargs['limit'])),
    isReversed: reverse,
    slice: parsePlaces(kwargs),
    accepts: parseFilters(kwargs),
  };
}

function parseLimit(limit: unknown): number {
  if (limit === undefined) return Infinity;
  if (!isId(limit)) throw invalid('limit is a positive integer');
  return limit;
}

/** Publications are found by their place, not by the size of their ids; what is not there has nothing after or before it. */
function parsePlaces(kwargs: Dict): HistoryQuery['slice'] {
  const parts: HistoryQuery['slice'][] = [];
  for (const [name, part] of PLACES) {
    const id = kwargs[name];
    if (id === undefined) continue;
    if (!isId(id)) throw invalid(`${name} is the id of a publication`);
    parts.push((events) => {
      const place = events.findIndex(({ publication }) => publication === id);
      return place === -1 ? [] : part(events, place);
    });
  }
  return (events) => intersectionOf(events, parts);
}

/** Each part is looked for in all events: the ends of a range may be named in any order. */
function intersectionOf(
  events: readonly StoredEvent[],
  parts: readonly HistoryQuery['slice'][],
): readonly StoredEvent[] {
  return parts.reduce<readonly StoredEvent[]>((left, part) => {
    const within = new Set(part(events));
    return left.filter((event) => within.has(event));
  }, events);
}

function parseFilters(kwargs: Dict): HistoryQuery['accepts'] {
  const filters: HistoryQuery['accepts'][] = [];
  for (const [name, holds] of TIMES) {
    const text = kwargs[name];
    if (text === undefined) continue;
    const bound = typeof text === 'string' ? parseTimestamp(text) : undefined;
    if (bound === undefined) throw invalid(`${name} is a timestamp of RFC 3339`);
    filters.push(({ timestamp }) => holds(timestamp, bound));
  }
  const { topic: wanted } = kwargs;
  if (wanted !== undefined) {
    if (typeof wanted !== 'string') throw invalid('topic is a URI');
    filters.push(({ topic }) => topic === wanted);
  }
  return (event) => filters.every((holds) => holds(event));
}

const invalid = (message: string): WampError => new WampError(Uri.invalidArgument, [message]);
