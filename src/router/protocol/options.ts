import { ProtocolViolation } from './errors.js';
import { isId } from './id.js';
import type { Dict } from './message.js';
import type { MatchPolicy } from './uri.js';

/** Whether a value from the wire is a dict: an object, and neither a list nor binary. */
export const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);

/** The checks of a message's known options, by key. */
export type OptionRules = ReadonlyMap<string, OptionRule>;

interface OptionRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const bool: OptionRule = { expected: 'a boolean', holds: (value) => typeof value === 'boolean' };
const text: OptionRule = { expected: 'a string', holds: (value) => typeof value === 'string' };
const duration: OptionRule = {
  expected: 'a number of milliseconds',
  // Not by isSafeInteger: 2^53 is an integer of WAMP (WAMP 2.1.2).
  holds: (value) => value === 0 || isId(value),
};
const ids: OptionRule = {
  expected: 'a list of ids',
  holds: (value) => Array.isArray(value) && value.every(isId),
};
const texts: OptionRule = {
  expected: 'a list of strings',
  holds: (value) => Array.isArray(value) && value.every((each) => typeof each === 'string'),
};
const oneOf = (...values: readonly string[]): OptionRule => ({
  expected: `one of ${values.join(', ')}`,
  holds: (value) => typeof value === 'string' && values.includes(value),
});
const positive: OptionRule = {
  expected: 'a positive integer',
  holds: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};
const match = oneOf('exact', 'prefix', 'wildcard');

const rules = (entries: Readonly<Record<string, OptionRule>>): OptionRules =>
  new Map(Object.entries(entries));

/**
 * Known options with the types that the specification gives them. A known option of a wrong type is a protocol violation; unknown ones are
 * ignored (WAMP 3, 3.1).
 */
export const optionRules = {
  publish: rules({
    acknowledge: bool,
    exclude_me: bool,
    disclose_me: bool,
    retain: bool,
    // Ours: milliseconds that a retained event is kept.
    _retain_ttl: duration,
    exclude: ids,
    exclude_authid: texts,
    exclude_authrole: texts,
    eligible: ids,
    eligible_authid: texts,
    eligible_authrole: texts,
  }),
  subscribe: rules({ match, get_retained: bool }),
  call: rules({ receive_progress: bool, progress: bool, disclose_me: bool, timeout: duration }),
  cancel: rules({ mode: oneOf('skip', 'kill', 'killnowait') }),
  register: rules({
    match,
    // The first five are WAMP's, `least_busy` is ours, and `_thruway` its name in Thruway.
    invoke: oneOf('single', 'roundrobin', 'random', 'first', 'last', 'least_busy', '_thruway'),
    disclose_caller: bool,
    forward_timeout: bool,
    // As Crossbar has them: invocations that one callee takes at a time; whether those who hold the procedure lose it.
    concurrency: positive,
    force_reregister: bool,
  }),
  yield: rules({ progress: bool }),
} satisfies Record<string, OptionRules>;

const helloRules = rules({
  agent: text,
  authid: text,
  authmethods: texts,
  authextra: { expected: 'a dict', holds: isDict },
});

/** Gives the options back, or throws ProtocolViolation at the first that breaks its rule. */
export function checkOptions(options: Dict, known: OptionRules): Dict {
  for (const key in options) {
    const rule = known.get(key);
    if (rule !== undefined && !rule.holds(options[key])) {
      throw new ProtocolViolation(`${key} is ${rule.expected}`);
    }
  }
  return options;
}

/**
 * Gives HELLO.Details back, or throws ProtocolViolation: `roles` with at least one role that WAMP knows is required (WAMP 4.1.1), each a
 * dict with perhaps a dict of features. A null stands for an absent attribute, as some clients write it.
 */
export function checkHelloDetails(details: Dict): Dict {
  const { roles } = details;
  if (!isDict(roles)) throw new ProtocolViolation('HELLO.Details.roles is a dict');
  for (const role of Object.values(roles)) {
    if (!isDict(role)) throw new ProtocolViolation('each of HELLO.Details.roles is a dict');
    const features = role['features'];
    if (features !== undefined && features !== null && !isDict(features)) {
      throw new ProtocolViolation('the features of a role are a dict');
    }
  }
  if (!CLIENT_ROLES.some((role) => Object.hasOwn(roles, role))) {
    throw new ProtocolViolation('HELLO announces no role of a client');
  }
  return checkOptions(withoutNulls(details), helloRules);
}

function withoutNulls(details: Dict): Dict {
  for (const key in details) {
    if (details[key] === null) {
      return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null));
    }
  }
  return details;
}

const CLIENT_ROLES = ['publisher', 'subscriber', 'caller', 'callee'];

/** SUBSCRIBE's or REGISTER's `match`, `exact` when it is left out; the options are checked already. */
export const matchOf = ({ match }: Dict): MatchPolicy =>
  match === 'prefix' || match === 'wildcard' ? match : 'exact';
