import {
  isUri,
  type Action,
  type Authorizer,
  type MatchPolicy,
  type Principal,
} from '../../router/index.js';
import { UriSet } from './uri-set.js';

/** What the sessions of a role may do with the URIs of a pattern. */
export interface Permission {
  /** `prefix` is by string, not by component; in `wildcard` an empty component stands for any one (WAMP 12.5). */
  readonly uri: string;
  /** Default `exact`. */
  readonly match?: MatchPolicy | undefined;
  /** true allows, false denies; what is left out is left to less specific permissions. */
  readonly allow: Readonly<Partial<Record<Action, boolean | undefined>>>;
}

/** What a {@link RoleAuthorizer} needs. */
export interface RoleAuthorizerOptions {
  /** The permissions of each role; a role that is not there may do nothing. */
  readonly roles: ReadonlyMap<string, readonly Permission[]>;
  /** How many answers are remembered for each role and action. Default 1,000. */
  readonly cacheSize?: number;
}

interface Rule {
  readonly uri: string;
  readonly uris: UriSet;
  /** How many components it names; Infinity for all of them. */
  readonly specificity: number;
  readonly isPrefix: boolean;
  readonly allow: Permission['allow'];
}

/**
 * Decides by the static permissions of a role. Exact before patterns; among patterns the one that names more components, of two
 * prefixes the longer; where that leaves several, a denial wins. What nothing allows is denied. The namespaces `wamp.` and
 * `expressway.` are covered only by permissions that name them: the prefix `""` does not.
 *
 * A pattern that somebody wants to subscribe to or register is allowed when a permission allows all that it matches and none denies any
 * of it that has the last word there.
 */
export class RoleAuthorizer implements Authorizer {
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #cacheSize: number;
  /** role -> action -> URI -> answer */
  readonly #cache: ReadonlyMap<string, Readonly<Record<Action, Map<string, boolean>>>>;

  /** Throws TypeError for an exact permission on what is no URI. */
  constructor(options: RoleAuthorizerOptions) {
    this.#cacheSize = options.cacheSize ?? 1_000;
    this.#rules = new Map([...options.roles].map(([role, list]) => [role, list.map(toRule)]));
    this.#cache = new Map([...options.roles.keys()].map((role) => [role, emptyAnswers()]));
  }

  authorize(
    { authrole }: Principal,
    action: Action,
    uri: string,
    match: MatchPolicy = 'exact',
  ): boolean {
    const answers = this.#cache.get(authrole)?.[action];
    if (answers === undefined) return false;
    const key = match === 'exact' ? uri : `${match} ${uri}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const rules = (this.#rules.get(authrole) ?? []).filter(
      ({ allow }) => allow[action] !== undefined,
    );
    const answer = decide(rules, action, new UriSet(uri, match));
    if (answers.size >= this.#cacheSize) answers.clear();
    answers.set(key, answer);
    return answer;
  }
}

/** `rules` all say something of `action`. */
function decide(rules: readonly Rule[], action: Action, asked: UriSet): boolean {
  const overlapping = rules.filter(({ uris }) => uris.intersects(asked));
  const covering = overlapping.filter(({ uris }) => uris.includes(asked));
  const deciding = strongest(covering);
  const [first] = deciding;
  if (first === undefined || !deciding.every(({ allow }) => allow[action] === true)) return false;
  // What is less specific than the deciding permission has nothing to say wherever that one holds, which is everywhere asked for.
  return overlapping.every((rule) => rule.allow[action] === true || compare(rule, first) < 0);
}

/** Those of the greatest specificity, and of several prefixes among them the longest. */
function strongest(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter((rule) => rules.every((other) => compare(other, rule) <= 0));
}

/** Above 0 when `a` is the more specific: it names more components, or both are prefixes and it is the longer. */
function compare(a: Rule, b: Rule): number {
  if (a.specificity !== b.specificity) return a.specificity > b.specificity ? 1 : -1;
  return a.isPrefix && b.isPrefix ? a.uri.length - b.uri.length : 0;
}

function toRule({ uri, match = 'exact', allow }: Permission): Rule {
  if (match === 'exact' && !isUri(uri)) {
    throw new TypeError(`permission on ${JSON.stringify(uri)}: no URI`);
  }
  const named = uri.split('.').filter((component) => component !== '').length;
  return {
    uri,
    allow,
    uris: new UriSet(uri, match),
    specificity: match === 'exact' ? Infinity : named,
    isPrefix: match === 'prefix',
  };
}

const emptyAnswers = (): Readonly<Record<Action, Map<string, boolean>>> => ({
  publish: new Map(),
  subscribe: new Map(),
  call: new Map(),
  register: new Map(),
});
