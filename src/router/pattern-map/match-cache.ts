import type { MatchPolicy } from '../protocol/uri.js';
import { uriMatcher, type UriMatcher } from './uri-matcher.js';

/** What matches one URI. */
interface Match<Value> {
  readonly values: readonly Value[];
  /** How many changes of patterns it has taken in. */
  changes: number;
}

/** Bytes of the matches of one generation, about: a publisher that makes up topics must not fill the memory. */
const GENERATION_BYTES = 2 * 1024 * 1024;
/** What a match takes besides its URI and its values, about. */
const ENTRY_BYTES = 128;
const CHARACTER_BYTES = 2;
const VALUE_BYTES = 8;
/** So many changes are compared with a URI. Where it has missed more, a new search costs no more than that. */
const COMPARED_CHANGES = 16;

/**
 * What matches a URI, kept until a pattern that matches it comes or goes. A change of patterns is only noted, and compared with a URI when
 * that is asked for next: so a change costs the same however much is kept, and of all that is kept it invalidates just what it touches.
 *
 * It is bounded by two generations. When the younger one is full the older one is forgotten, and the younger one grows old; what is asked for
 * becomes young again, so what is in use stays.
 */
export class MatchCache<Value> {
  #younger = new Map<string, Match<Value>>();
  #older = new Map<string, Match<Value>>();
  /** Of the younger ones. */
  #bytes = 0;
  /** The patterns of the last changes, change n at the place n modulo their number. */
  readonly #changed: UriMatcher[] = [];
  #changes = 0;

  /** What was kept for `uri`, if that still holds. */
  find(uri: string): readonly Value[] | undefined {
    const young = this.#younger.get(uri);
    const match = young ?? this.#older.get(uri);
    if (match === undefined || !this.#holds(uri, match)) return undefined;
    if (young === undefined) this.#add(uri, match);
    return match.values;
  }

  /** Keeps what matches `uri` now. */
  keep(uri: string, values: readonly Value[]): void {
    this.#add(uri, { values, changes: this.#changes });
  }

  /** A pattern has come or gone. */
  note(pattern: string, match: MatchPolicy): void {
    if (this.#younger.size === 0) return;
    this.#changed[this.#changes % COMPARED_CHANGES] = uriMatcher(pattern, match);
    this.#changes += 1;
  }

  /** Forgets everything. */
  clear(): void {
    this.#younger.clear();
    this.#older.clear();
    this.#bytes = 0;
  }

  #holds(uri: string, match: Match<Value>): boolean {
    if (match.changes === this.#changes) return true;
    if (this.#changes - match.changes > COMPARED_CHANGES) return false;
    for (let change = match.changes; change < this.#changes; change += 1) {
      if (this.#changed[change % COMPARED_CHANGES]?.(uri) === true) return false;
    }
    match.changes = this.#changes;
    return true;
  }

  #add(uri: string, match: Match<Value>): void {
    const bytes = bytesOf(uri, match);
    if (bytes > GENERATION_BYTES) return;
    const before = this.#younger.get(uri);
    if (before !== undefined) this.#bytes -= bytesOf(uri, before);
    if (this.#bytes + bytes > GENERATION_BYTES) this.#growOld();
    this.#younger.set(uri, match);
    this.#bytes += bytes;
  }

  #growOld(): void {
    this.#older = this.#younger;
    this.#younger = new Map();
    this.#bytes = 0;
  }
}

const bytesOf = (uri: string, { values }: Match<unknown>): number =>
  ENTRY_BYTES + uri.length * CHARACTER_BYTES + values.length * VALUE_BYTES;
