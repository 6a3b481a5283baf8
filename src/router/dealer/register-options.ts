import type { DisclosurePolicy } from '../disclosure.js';
import { Uri, WampError } from '../protocol/errors.js';
import type { Register } from '../protocol/message.js';
import { matchOf } from '../protocol/options.js';
import type { InvocationPolicy } from './registration.js';
import type { Session } from '../session.js';
import type { Callee } from './pending-call.js';
import type { RegistrationKey } from './registrations.js';

/** What a dealer lets its callees ask for. */
export interface RegisterRules {
  /** Whether callers are made known to those who ask. */
  readonly disclosure: DisclosurePolicy;
  /** Whether a callee may take a procedure away from those who hold it: `force_reregister`, as Crossbar has it. */
  readonly allowsForceReregister: boolean;
}

/** A REGISTER as far as its message says. */
export interface RegisterWish {
  readonly key: RegistrationKey;
  readonly isForced: boolean;
  readonly terms: Pick<Callee, 'disclosesCaller' | 'forwardsTimeout' | 'concurrency'>;
}

/** Reads a REGISTER whose known options have the right types. Throws WampError for what the rules forbid. */
export function registerWish(
  session: Session,
  message: Register,
  rules: RegisterRules,
): RegisterWish {
  const { options, procedure } = message;
  const { concurrency } = options;
  const isForced = options['force_reregister'] === true;
  if (isForced && !rules.allowsForceReregister) {
    throw new WampError(Uri.optionNotAllowed, ['force_reregister is not allowed here']);
  }
  return {
    key: {
      uri: procedure,
      match: matchOf(options),
      invoke: invocationPolicy(options['invoke']),
    },
    isForced,
    terms: {
      disclosesCaller: disclosesCaller(session, options['disclose_caller'], rules),
      // WAMP, Call Timeouts: who does not announce them is not asked to measure.
      forwardsTimeout:
        options['forward_timeout'] === true && session.announces('callee.call_timeout'),
      concurrency: typeof concurrency === 'number' ? concurrency : Infinity,
    },
  };
}

function invocationPolicy(invoke: unknown): InvocationPolicy {
  switch (invoke) {
    case 'roundrobin':
    case 'random':
    case 'first':
    case 'last':
    case 'least_busy':
      return invoke;
    case '_thruway':
      throw new WampError(Uri.optionNotAllowed, ['the policy _thruway is not allowed here']);
    default:
      return 'single';
  }
}

/** The router's own clients are told who calls whatever the realm's policy: what they do depends on it. */
function disclosesCaller(session: Session, wish: unknown, { disclosure }: RegisterRules): boolean {
  if (wish !== true) return false;
  if (disclosure === 'never' && !session.isInternal) {
    throw new WampError(Uri.disclosureNotAllowed, ['callers are not made known here']);
  }
  return true;
}
