import {
  isReservedUri,
  isUri,
  type Action,
  type Authorizer,
  type Principal,
} from '../router/index.js';

/** What the sessions of a role may do with the URIs of a pattern. */
export interface Permission {
  /** `prefix` is by string, not by component; in `wildcard` an empty component stands for any one (WAMP 12.5). */
  readonly uri: string;
  /** Default `exact`. */
  readonly match?: 'exact' | 'prefix' | 'wildcard' | undefined;
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
  readonly matches: (uri: string) => boolean;
  /** How many components it names; Infinity for all of them. */
  readonly specificity: number;
  readonly isPrefix: boolean;
  readonly isReserved: boolean;
  readonly allow: Permission['allow'];
}

/**
 * Decides by the static permissions of a role. Exact before patterns; among patterns the one that names more components, of two
 * prefixes the longer; where that leaves several, a denial wins. What nothing allows is denied. The namespaces `wamp.` and
 * `expressway.` are covered only by permissions that name them: the prefix `""` does not.
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

  authorize({ authrole }: Principal, action: Action, uri: string): boolean {
    const answers = this.#cache.get(authrole)?.[action];
    if (answers === undefined) return false;
    const known = answers.get(uri);
    if (known !== undefined) return known;
    const answer = decide(this.#rules.get(authrole) ?? [], action, uri);
    if (answers.size >= this.#cacheSize) answers.clear();
    answers.set(uri, answer);
    return answer;
  }
}

function decide(rules: readonly Rule[], action: Action, uri: string): boolean {
  const isReserved = isReservedUri(uri);
  const matching = rules.filter(
    (rule) =>
      rule.allow[action] !== undefined && (!isReserved || rule.isReserved) && rule.matches(uri),
  );
  const specificity = Math.max(...matching.map((rule) => rule.specificity));
  const best = matching.filter((rule) => rule.specificity === specificity);
  const longest = Math.max(...best.map((rule) => (rule.isPrefix ? rule.uri.length : 0)));
  const deciding = best.filter((rule) => !rule.isPrefix || rule.uri.length === longest);
  return deciding.length > 0 && deciding.every((rule) => rule.allow[action] === true);
}

function toRule({ uri, match = 'exact', allow }: Permission): Rule {
  const components = uri.split('.');
  const named = components.filter((component) => component !== '').length;
  const rule = { uri, allow, isReserved: isReservedUri(uri), isPrefix: match === 'prefix' };
  switch (match) {
    case 'exact':
      if (!isUri(uri)) throw new TypeError(`permission on ${JSON.stringify(uri)}: no URI`);
      return { ...rule, specificity: Infinity, matches: (other) => other === uri };
    case 'prefix':
      return { ...rule, specificity: named, matches: (other) => other.startsWith(uri) };
    case 'wildcard':
      return {
        ...rule,
        specificity: named,
        matches: (other) => matchesWildcard(components, other),
      };
  }
}

function matchesWildcard(pattern: readonly string[], uri: string): boolean {
  const components = uri.split('.');
  return (
    components.length === pattern.length &&
    pattern.every((component, i) => component === '' || component === components[i])
  );
}

const emptyAnswers = (): Readonly<Record<Action, Map<string, boolean>>> => ({
  publish: new Map(),
  subscribe: new Map(),
  call: new Map(),
  register: new Map(),
});
