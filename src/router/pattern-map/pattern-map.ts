import type { MatchPolicy } from '../protocol/uri.js';
import { MatchCache } from './match-cache.js';
import { PrefixMap } from './prefix-map.js';
import { WildcardTrie } from './wildcard-trie.js';

const NONE: readonly never[] = [];

/**
 * Values by URI and match policy, one for each pair, and the search for those that match a given URI (WAMP, Pattern-based Subscriptions;
 * WAMP, Pattern-based Registrations). An exact look-up costs the same however many patterns there are; what patterns match a URI is found
 * without a scan and kept until one that matches it comes or goes.
 *
 * Patterns never match a URI of a reserved namespace unless they begin with that namespace themselves: who listens to everything does not
 * listen to the router's own events.
 */
export class PatternMap<Value> {
  readonly #exact = new Map<string, Value>();
  readonly #prefixes = new PrefixMap<Value>();
  readonly #wildcards = new WildcardTrie<Value>();
  readonly #matches = new MatchCache<Value>();

  /** The value of exactly this pair. */
  find(uri: string, match: MatchPolicy): Value | undefined {
    return this.#tableOf(match).get(uri);
  }

  /** Sets the value of a pair. */
  set(uri: string, match: MatchPolicy, value: Value): void {
    this.#tableOf(match).set(uri, value);
    this.#changed(uri, match);
  }

  /** Removes a pair. */
  delete(uri: string, match: MatchPolicy): void {
    this.#tableOf(match).delete(uri);
    this.#changed(uri, match);
  }

  /** The value for this very URI. */
  exact(uri: string): Value | undefined {
    return this.#exact.get(uri);
  }

  /** Whether there is any prefix or wildcard pattern. */
  get hasPatterns(): boolean {
    return this.#prefixes.size > 0 || this.#wildcards.size > 0;
  }

  /** The values of the prefixes and wildcards that match `uri`, the most specific of each kind first, prefixes before wildcards. */
  patterns(uri: string): readonly Value[] {
    if (!this.hasPatterns) return NONE;
    const known = this.#matches.find(uri);
    if (known !== undefined) return known;
    const found = [...this.#prefixes.matching(uri), ...this.#wildcards.matching(uri)];
    this.#matches.keep(uri, found);
    return found;
  }

  /** Everything that matches `uri`, the best first. */
  matching(uri: string): readonly Value[] {
    const exact = this.#exact.get(uri);
    return exact === undefined ? this.patterns(uri) : [exact, ...this.patterns(uri)];
  }

  /**
   * The value that a call of `uri` goes to: the exact one, else that of the longest prefix, else that of the wildcard whose literal
   * components go on the longest (WAMP, Pattern-based Registrations).
   */
  best(uri: string): Value | undefined {
    return this.#exact.get(uri) ?? this.patterns(uri)[0];
  }

  /** Exact values are not among what is kept. */
  #changed(uri: string, match: MatchPolicy): void {
    if (match === 'exact') return;
    if (this.hasPatterns) this.#matches.note(uri, match);
    else this.#matches.clear();
  }

  #tableOf(match: MatchPolicy): Table<Value> {
    switch (match) {
      case 'exact':
        return this.#exact;
      case 'prefix':
        return this.#prefixes;
      case 'wildcard':
        return this.#wildcards;
    }
  }
}

interface Table<Value> {
  get(uri: string): Value | undefined;
  set(uri: string, value: Value): unknown;
  delete(uri: string): unknown;
}
