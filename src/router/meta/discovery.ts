import { WampError } from '../protocol/errors.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { Session } from '../session.js';
import { allOf, eventually, type Eventually } from './eventually.js';
import type { Discoverable, Visibility } from './visibility.js';

/** What subscriptions and registrations have in common. */
export interface Listed extends Discoverable {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** Subscriptions or registrations, for those who only look. */
export interface Directory<Thing> extends Iterable<Thing> {
  find(id: number): Thing | undefined;
  lookup(uri: string, match: MatchPolicy): Thing | undefined;
}

/** What a {@link Discovery} looks into. */
export interface DiscoveryOptions<Thing> {
  readonly directory: () => Directory<Thing>;
  readonly visibility: Visibility;
  /** The error of who asks for what is not there. */
  readonly unknown: string;
}

/** Answers a session's questions for subscriptions or registrations with what it may know of. */
export class Discovery<Thing extends Listed> {
  readonly #options: DiscoveryOptions<Thing>;

  constructor(options: DiscoveryOptions<Thing>) {
    this.#options = options;
  }

  /** All ids, by match policy. */
  list(asker: Session): Eventually<Readonly<Record<MatchPolicy, readonly number[]>>> {
    const { visibility, directory } = this.#options;
    return eventually(visibility.visibleTo(asker, directory()), (things) => {
      const ids: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
      for (const { match, id } of things) ids[match].push(id);
      return ids;
    });
  }

  /** The id of exactly this pair of URI and policy, else null. */
  lookup(asker: Session, uri: string, match: MatchPolicy): Eventually<number | null> {
    return this.idOf(asker, this.#options.directory().lookup(uri, match));
  }

  /** The id of a thing, null when there is none to know of. */
  idOf(asker: Session, thing: Thing | undefined): Eventually<number | null> {
    if (thing === undefined) return null;
    const { visibility } = this.#options;
    return eventually(visibility.isVisible(asker, thing), (isVisible) =>
      isVisible ? thing.id : null,
    );
  }

  /** The thing with this id. Throws or rejects with WampError when there is none to know of. */
  get(asker: Session, id: number): Eventually<Thing> {
    const { visibility, directory, unknown } = this.#options;
    const thing = directory().find(id);
    if (thing === undefined) throw new WampError(unknown);
    return eventually(visibility.isVisible(asker, thing), (isVisible) => {
      if (!isVisible) throw new WampError(unknown);
      return thing;
    });
  }

  /** The ids of those of the things that the session may know of. */
  idsOf(asker: Session, things: readonly Thing[]): Eventually<readonly number[]> {
    const ids = things.map((thing) => this.idOf(asker, thing));
    return eventually(allOf(ids), (known) => known.filter((id) => id !== null));
  }
}

/** When a thing was created, as ISO 8601 has it. */
export const createdOf = ({ created }: Listed): string => new Date(created).toISOString();
