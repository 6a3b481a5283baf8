import {
  isDict,
  isUri,
  type Action,
  type MatchPolicy,
  type Principal,
  type Scope,
} from '../../router/index.js';
import { UriSet } from './uri-set.js';

/** The claim of a token that narrows what its holder may do. */
export const SCOPE_CLAIM = 'expressway';

/** One URI or pattern of a scope. */
export interface ScopePattern {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** What a token leaves of its user's rights: an action that is left out is not narrowed, an empty list leaves nothing of it. */
export type ScopeClaim = Readonly<Partial<Record<Action, readonly ScopePattern[]>>>;

const ACTIONS: readonly string[] = ['publish', 'subscribe', 'call', 'register'] satisfies Action[];
const MATCHES: readonly unknown[] = ['exact', 'prefix', 'wildcard'] satisfies MatchPolicy[];
/** Patterns of one scope, at most: all may be gone through for a message. */
const MAX_PATTERNS = 256;
/** Answers of one scope that are remembered. */
const MAX_ANSWERS = 256;

/**
 * Reads `{publish: [...], subscribe: [...], call: [...], register: [...]}`, whose items are URIs or `{uri, match}`. Undefined for anything
 * else: what is not understood might have been meant to forbid something.
 */
export function parseScope(value: unknown): ScopeClaim | undefined {
  if (!isDict(value)) return undefined;
  const scope: Partial<Record<Action, readonly ScopePattern[]>> = {};
  let count = 0;
  for (const [action, list] of Object.entries(value)) {
    if (!isAction(action) || !Array.isArray(list)) return undefined;
    const patterns = list.map(toPattern).filter((pattern) => pattern !== undefined);
    if (patterns.length !== list.length) return undefined;
    count += patterns.length;
    scope[action] = patterns;
  }
  return count > MAX_PATTERNS ? undefined : scope;
}

/** The part of a principal that holds a scope. */
export const scopeOf = (claim: ScopeClaim | undefined): Pick<Principal, 'scope'> =>
  claim === undefined ? {} : { scope: new TokenScope(claim) };

/** What a token leaves of the rights of its user's role. */
export class TokenScope implements Scope {
  readonly #patterns: ReadonlyMap<Action, readonly UriSet[]>;
  readonly #answers = new Map<string, boolean>();

  constructor(claim: ScopeClaim) {
    const entries = Object.entries(claim) as [Action, readonly ScopePattern[]][];
    this.#patterns = new Map(
      entries.map(([action, list]) => [
        action,
        list.map(({ uri, match }) => new UriSet(uri, match)),
      ]),
    );
  }

  covers(action: Action, uri: string, match: MatchPolicy): boolean {
    const patterns = this.#patterns.get(action);
    if (patterns === undefined) return true;
    const key = `${action} ${match} ${uri}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const asked = new UriSet(uri, match);
    const answer = patterns.some((pattern) => pattern.includes(asked));
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    this.#answers.set(key, answer);
    return answer;
  }
}

const isAction = (text: string): text is Action => ACTIONS.includes(text);

const isMatch = (value: unknown): value is MatchPolicy => MATCHES.includes(value);

function toPattern(item: unknown): ScopePattern | undefined {
  const { uri, match = 'exact', ...others } = isDict(item) ? item : { uri: item };
  if (typeof uri !== 'string' || !isMatch(match) || Object.keys(others).length > 0)
    return undefined;
  return fits(uri, match) ? { uri, match } : undefined;
}

/** A URI where one is meant, a beginning or pattern of one elsewhere. */
const fits = (uri: string, match: MatchPolicy): boolean =>
  match === 'exact'
    ? isUri(uri)
    : uri.split('.').every((component) => component === '' || isUri(component));
