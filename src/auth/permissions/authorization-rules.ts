import {
  isDict,
  isReservedUri,
  isUri,
  type Action,
  type Dict,
  type MatchPolicy,
  type Principal,
} from '../../router/index.js';
import { RoleAuthorizer, type Permission } from './role-authorizer.js';

/** The names, in Thruway, of the procedures that change the rules. No rule says anything of them. */
export const RULE_PROCEDURES = [
  'add_authorization_rule',
  'remove_authorization_rule',
  'flush_authorization_rules',
  'get_authorization_rules',
  'test_authorization',
] as const;

/** The role whose rules are for everybody. */
const EVERYBODY = 'default';
/** The key of what holds where no rule does. */
const FALLBACK = '.';
const MAX_RULES = 10_000;
const ACTIONS: readonly unknown[] = ['publish', 'subscribe', 'register', 'call'] satisfies Action[];
const UNTOUCHABLE: ReadonlySet<string> = new Set(RULE_PROCEDURES);

interface AuthorizationRule {
  readonly role: string;
  readonly action: Action;
  readonly uri: string;
  readonly allow: boolean;
}

/**
 * Rules that clients add while the router runs, as Thruway's AuthorizationManager has them: the longest URI wins, of the same URI in two
 * roles a denial, and what ends in a dot stands for all that begins so. Two things differ: they are for roles of the realm only, and they say
 * nothing of the router's own namespaces and of the procedures by which they are changed. Those are for the configuration to open.
 */
export class AuthorizationRules {
  readonly #roles: ReadonlySet<string>;
  readonly #rules = new Map<string, Map<string, AuthorizationRule>>();
  readonly #lists = new WeakMap<Principal, readonly string[]>();
  #allowsByDefault = false;
  #count = 0;
  #compiled: RoleAuthorizer | undefined;

  /** `roles`: those of the realm. */
  constructor(roles: Iterable<string>) {
    this.#roles = new Set([...roles, EVERYBODY]);
  }

  /** What the rules say; null where they say nothing. */
  decide(principal: Principal, action: Action, uri: string, match: MatchPolicy): boolean | null {
    return this.#decide(this.#rolesOf(principal), { action, uri, match });
  }

  /** Adds the rule: `ADDED`, or `ERROR` for what is none and for one whose role, action and URI have a rule. */
  add(value: unknown): 'ADDED' | 'ERROR' {
    const rule = this.#parse(value);
    if (rule === undefined || this.#count >= MAX_RULES) return 'ERROR';
    const ofRole = this.#rules.get(rule.role) ?? new Map<string, AuthorizationRule>();
    if (ofRole.has(keyOf(rule))) return 'ERROR';
    this.#rules.set(rule.role, ofRole.set(keyOf(rule), rule));
    this.#count += 1;
    this.#compiled = undefined;
    return 'ADDED';
  }

  /** Removes the rule, if it is there with this `allow`. `ERROR` for what is none, else null. */
  remove(value: unknown): 'ERROR' | null {
    const rule = this.#parse(value);
    if (rule === undefined) return 'ERROR';
    const ofRole = this.#rules.get(rule.role);
    if (ofRole?.get(keyOf(rule))?.allow === rule.allow) {
      ofRole.delete(keyOf(rule));
      this.#count -= 1;
      this.#compiled = undefined;
    }
    return null;
  }

  /** Removes all rules; from now on what none decides is allowed, or left to others to decide. */
  flush(allowsByDefault: unknown = false): 'OK' | 'ERROR' {
    if (typeof allowsByDefault !== 'boolean') return 'ERROR';
    this.#rules.clear();
    this.#count = 0;
    this.#allowsByDefault = allowsByDefault;
    this.#compiled = undefined;
    return 'OK';
  }

  /** `{role: {"action.uri": allow}}`. */
  list(): Dict {
    const byRole = [...this.#rules].map(([role, rules]): [string, Dict] => [
      role,
      Object.fromEntries([...rules].map(([key, { allow }]) => [key, allow])),
    ]);
    const fallback = { [FALLBACK]: this.#allowsByDefault };
    const lists = new Map(byRole);
    lists.set(EVERYBODY, { ...fallback, ...lists.get(EVERYBODY) });
    return Object.fromEntries(lists);
  }

  /** Whether the rules let somebody of these roles do this. */
  test(roles: unknown, action: unknown, uri: unknown): boolean {
    const list: readonly unknown[] = Array.isArray(roles) ? roles : [roles];
    if (!isAction(action) || typeof uri !== 'string' || !isUri(uri)) return false;
    const names = list.filter((role) => typeof role === 'string');
    return this.#decide([...names, EVERYBODY], { action, uri, match: 'exact' }) ?? false;
  }

  #decide(
    authroles: readonly string[],
    { action, uri, match }: { action: Action; uri: string; match: MatchPolicy },
  ): boolean | null {
    if (isReservedUri(uri) || UNTOUCHABLE.has(uri)) return null;
    this.#compiled ??= this.#compile();
    const answer = this.#compiled.decide({ authrole: '', authroles }, action, uri, match);
    return typeof answer === 'object' ? null : answer;
  }

  /** The same list each time, by which its permissions are found again. */
  #rolesOf(principal: Principal): readonly string[] {
    const known = this.#lists.get(principal);
    if (known !== undefined) return known;
    const { authrole, authroles = [authrole] } = principal;
    const list = [...authroles, EVERYBODY];
    this.#lists.set(principal, list);
    return list;
  }

  #compile(): RoleAuthorizer {
    const roles = new Map<string, Permission[]>();
    for (const [role, rules] of this.#rules) {
      roles.set(role, [...rules.values()].map(toPermission));
    }
    const forAll = roles.get(EVERYBODY) ?? [];
    roles.set(EVERYBODY, this.#allowsByDefault ? [...forAll, EVERYTHING] : forAll);
    return new RoleAuthorizer({ roles });
  }

  #parse(value: unknown): AuthorizationRule | undefined {
    const { role, action, uri, allow } = isDict(value) ? value : {};
    if (typeof role !== 'string' || !this.#roles.has(role) || !isAction(action)) return undefined;
    if (typeof uri !== 'string' || typeof allow !== 'boolean') return undefined;
    return isRuleUri(uri) ? { role, action, uri, allow } : undefined;
  }
}

/** A URI, or the beginning of some, of which rules may say something. */
function isRuleUri(uri: string): boolean {
  const name = uri.endsWith('.') ? uri.slice(0, -1) : uri;
  return uri === '' || (isUri(name) && !isReservedUri(uri) && !UNTOUCHABLE.has(uri));
}

/** The weakest of all: any other rule names more. */
const EVERYTHING: Permission = {
  uri: '',
  match: 'prefix',
  allow: { publish: true, subscribe: true, call: true, register: true },
};

const keyOf = ({ action, uri }: AuthorizationRule): string => `${action}.${uri}`;

const isAction = (value: unknown): value is Action => ACTIONS.includes(value);

const toPermission = ({ action, uri, allow }: AuthorizationRule): Permission => ({
  uri,
  match: uri === '' || uri.endsWith('.') ? 'prefix' : 'exact',
  allow: { [action]: allow },
});
