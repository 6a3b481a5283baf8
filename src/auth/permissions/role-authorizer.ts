import {
  isUri,
  type Action,
  type Answer,
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
  /**
   * Whether who calls, or publishes to, these URIs is made known: true without being asked, false not even when asked. What is left out is
   * left to less specific permissions, and in the end to the realm.
   */
  readonly disclose?:
    { readonly caller?: boolean | undefined; readonly publisher?: boolean | undefined } | undefined;
}

/** What a {@link RoleAuthorizer} needs. */
export interface RoleAuthorizerOptions {
  /** The permissions of each role; a role that is not there may do nothing. */
  readonly roles: ReadonlyMap<string, readonly Permission[]>;
  /** How many answers are remembered for each role and action. Default 10,000. */
  readonly cacheSize?: number;
}

type Roles = Pick<Principal, 'authrole' | 'authroles'>;

interface Rule {
  readonly uri: string;
  readonly uris: UriSet;
  /** How many components it names; Infinity for all of them. */
  readonly specificity: number;
  readonly isPrefix: boolean;
  readonly allow: Permission['allow'];
  readonly disclose: Readonly<Partial<Record<Action, boolean | undefined>>>;
}

/** By action and URI; null where no permission decides. */
type Answers = Readonly<Record<Action, Map<string, Answer | null>>>;

/** A set of roles, as those of one session: its permissions and the answers that were given by them. */
interface RoleSet {
  readonly rules: readonly Rule[];
  readonly answers: Answers;
}

/** Sets of several roles that are remembered, at most. */
const ROLE_SETS = 1_000;

/**
 * Decides by the static permissions of a role. Exact before patterns; among patterns the one that names more components, of two
 * prefixes the longer; where that leaves several, a denial wins. What nothing allows is denied. The namespaces `wamp.` and
 * `expressway.` are covered only by permissions that name them: the prefix `""` does not.
 *
 * A session with several roles has the permissions of all of them, as if they were those of one role.
 *
 * A pattern that somebody wants to subscribe to or register is allowed when a permission allows all that it matches and none denies any
 * of it that has the last word there.
 */
export class RoleAuthorizer implements Authorizer {
  readonly #cacheSize: number;
  readonly #roles: ReadonlyMap<string, RoleSet>;
  /** By the sorted names of the roles. */
  readonly #roleSets = new Map<string, RoleSet>();
  /** By the list itself, so that a session's roles are put together once. */
  readonly #byList = new WeakMap<readonly string[], RoleSet>();

  /** Throws TypeError for an exact permission on what is no URI. */
  constructor(options: RoleAuthorizerOptions) {
    this.#cacheSize = options.cacheSize ?? 10_000;
    this.#roles = new Map(
      [...options.roles].map(([role, list]) => [role, toRoleSet(list.map(toRule))]),
    );
  }

  authorize(
    principal: Principal,
    action: Action,
    uri: string,
    match: MatchPolicy = 'exact',
  ): Answer {
    return this.decide(principal, action, uri, match) ?? false;
  }

  /** The same, but null where no permission says anything of all these URIs: somebody else may decide then. */
  decide(principal: Roles, action: Action, uri: string, match: MatchPolicy): Answer | null {
    const { authrole, authroles } = principal;
    const set = authroles === undefined ? this.#roles.get(authrole) : this.#setOf(authroles);
    if (set === undefined) return false;
    const answers = set.answers[action];
    const key = match === 'exact' ? uri : `${match} ${uri}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = answerOf(set.rules, action, new UriSet(uri, match));
    if (answers.size >= this.#cacheSize) answers.clear();
    answers.set(key, answer);
    return answer;
  }

  #setOf(authroles: readonly string[]): RoleSet | undefined {
    const known = this.#byList.get(authroles);
    if (known !== undefined) return known;
    const names = [...new Set(authroles)].filter((role) => this.#roles.has(role)).sort();
    const set = names.length < 2 ? this.#roles.get(names[0] ?? '') : this.#union(names);
    if (set !== undefined) this.#byList.set(authroles, set);
    return set;
  }

  #union(names: readonly string[]): RoleSet {
    const key = JSON.stringify(names);
    const known = this.#roleSets.get(key);
    if (known !== undefined) return known;
    const set = toRoleSet(names.flatMap((role) => this.#roles.get(role)?.rules ?? []));
    if (this.#roleSets.size >= ROLE_SETS) this.#roleSets.clear();
    this.#roleSets.set(key, set);
    return set;
  }
}

function answerOf(rules: readonly Rule[], action: Action, asked: UriSet): Answer | null {
  const allow = decide(rules, (rule) => rule.allow[action], asked);
  if (allow !== true) return allow;
  const disclose = decide(rules, (rule) => rule.disclose[action], asked);
  return disclose === null ? true : { allow, disclose };
}

/** What the rules say that say anything; null when none of them says it of all that is asked for, and none denies a part of it. */
function decide(
  rules: readonly Rule[],
  said: (rule: Rule) => boolean | undefined,
  asked: UriSet,
): boolean | null {
  const overlapping = rules.filter(
    (rule) => said(rule) !== undefined && rule.uris.intersects(asked),
  );
  const covering = overlapping.filter(({ uris }) => uris.includes(asked));
  const deciding = strongest(covering);
  const [first] = deciding;
  if (first === undefined) return overlapping.every((rule) => said(rule) === true) ? null : false;
  if (!deciding.every((rule) => said(rule) === true)) return false;
  // What is less specific than the deciding permission has nothing to say wherever that one holds, which is everywhere asked for.
  return overlapping.every((rule) => said(rule) === true || compare(rule, first) < 0);
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

function toRule({ uri, match = 'exact', allow, disclose }: Permission): Rule {
  if (match === 'exact' && !isUri(uri)) {
    throw new TypeError(`permission on ${JSON.stringify(uri)}: no URI`);
  }
  const named = uri.split('.').filter((component) => component !== '').length;
  return {
    uri,
    allow,
    disclose: { call: disclose?.caller, publish: disclose?.publisher },
    uris: new UriSet(uri, match),
    specificity: match === 'exact' ? Infinity : named,
    isPrefix: match === 'prefix',
  };
}

const toRoleSet = (rules: readonly Rule[]): RoleSet => ({
  rules,
  answers: { publish: new Map(), subscribe: new Map(), call: new Map(), register: new Map() },
});
