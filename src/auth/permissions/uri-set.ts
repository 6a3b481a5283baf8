import { isReservedUri, type MatchPolicy } from '../../router/index.js';

/**
 * The URIs that a pattern stands for: one, those with a prefix (by string), or those that a wildcard matches, where an empty component
 * stands for any one (WAMP 12.5). A pattern that does not begin with a reserved namespace stands for no URI of one.
 */
export class UriSet {
  readonly #uri: string;
  readonly #match: MatchPolicy;
  readonly #components: readonly string[];
  readonly #isReserved: boolean;

  constructor(uri: string, match: MatchPolicy) {
    this.#uri = uri;
    this.#match = match;
    this.#components = uri.split('.');
    this.#isReserved = isReservedUri(uri);
  }

  /** Whether each URI of `other` is one of this set. */
  includes(other: UriSet): boolean {
    if (other.#isReserved && !this.#isReserved) return false;
    switch (this.#match) {
      case 'exact':
        return other.#match === 'exact' && other.#uri === this.#uri;
      case 'prefix':
        return other.#literalStart().startsWith(this.#uri);
      case 'wildcard':
        // What has a prefix may have any number of components.
        return other.#match !== 'prefix' && this.#matchesEach(other, isWiderThan);
    }
  }

  /** Whether some URI is one of both sets. */
  intersects(other: UriSet): boolean {
    if (other.#isReserved !== this.#isReserved) return false;
    if (this.#match === 'exact') return other.includes(this);
    if (other.#match === 'exact') return this.includes(other);
    if (this.#match === 'wildcard') {
      return other.#match === 'wildcard'
        ? this.#matchesEach(other, isCompatible)
        : this.#mayBeginWith(other);
    }
    if (other.#match === 'wildcard') return other.#mayBeginWith(this);
    return this.#uri.startsWith(other.#uri) || other.#uri.startsWith(this.#uri);
  }

  /** What each URI of the set begins with, as far as it is known. */
  #literalStart(): string {
    if (this.#match !== 'wildcard') return this.#uri;
    const wild = this.#components.indexOf('');
    return wild === -1
      ? this.#uri
      : this.#components
          .slice(0, wild)
          .map((component) => `${component}.`)
          .join('');
  }

  #matchesEach(other: UriSet, holds: (own: string, others: string) => boolean): boolean {
    return (
      this.#components.length === other.#components.length &&
      this.#components.every((own, index) => holds(own, other.#components[index] ?? ''))
    );
  }

  /** Of a wildcard: whether some URI of it has this prefix. */
  #mayBeginWith(prefix: UriSet): boolean {
    const last = prefix.#components.length - 1;
    return prefix.#components.every((wanted, index) => {
      const own = this.#components[index];
      if (own === undefined) return false;
      return own === '' || (index === last ? own.startsWith(wanted) : own === wanted);
    });
  }
}

const isWiderThan = (own: string, others: string): boolean => own === '' || own === others;

const isCompatible = (own: string, others: string): boolean =>
  own === '' || others === '' || own === others;
