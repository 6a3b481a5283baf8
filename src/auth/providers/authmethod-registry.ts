import {
  isReservedUri,
  isUri,
  silentLogger,
  type CallResult,
  type LocalClient,
  type LocalInvocation,
  type List,
  type Logger,
  type SessionId,
} from '../../router/index.js';
import { toChallenge, type Challenge } from './provider-answer.js';
import { toDict } from './wire-dict.js';

/** The realm in which providers and router meet. */
export const AUTH_REALM = 'thruway.auth';
/** The procedure by which a provider announces itself. */
export const REGISTER_METHOD = 'thruway.auth.registermethod';

/** What the procedures of an authmethod begin with. */
export const namespaceOf = (authmethod: string): string => `thruway.auth.${authmethod}.`;

/** Sessions that left lately, remembered for an announcement of theirs that is still on its way. */
const MAX_DEPARTED = 100;

/** Who answers for an authmethod now. */
export interface RegisteredProvider {
  /** The provider's session in the auth realm. */
  readonly session: number;
  /** The procedure asked at HELLO. */
  readonly onhello: string;
  /** The procedure asked at AUTHENTICATE. */
  readonly onauthenticate: string;
  /** What the first always answers, if the provider has said so: then nobody need ask. */
  readonly challenge: Challenge | undefined;
  /** Whether it wants to see HELLO again with the proof. */
  readonly wantsHello: boolean;
  /** Whether it answers for this realm. */
  readonly covers: (realm: string) => boolean;
}

/** What an {@link AuthmethodRegistry} needs. */
export interface AuthmethodRegistryOptions {
  /** An internal client in the auth realm. */
  readonly client: Pick<LocalClient, 'register'>;
  /** The methods that a provider inside of this process may announce. */
  readonly methods: readonly string[];
  /** The methods that one from outside may announce, each with the realms that it may be for. Default: none. */
  readonly outside?: ReadonlyMap<string, readonly string[]>;
  /** Whether a session is one of those inside. Default: all are. */
  readonly isInside?: (session: number) => boolean;
  readonly logger?: Logger;
}

/**
 * Knows which provider answers for which authmethod: registers `thruway.auth.registermethod` in the auth realm and keeps what
 * providers say there (Thruway's `registermethod`). A method ends with its provider's session.
 */
export class AuthmethodRegistry {
  readonly #client: Pick<LocalClient, 'register'>;
  readonly #methods: ReadonlySet<string>;
  readonly #outside: ReadonlyMap<string, readonly string[]>;
  readonly #isInside: (session: number) => boolean;
  readonly #logger: Logger;
  readonly #providers = new Map<string, RegisteredProvider>();
  readonly #departed = new Set<number>();

  constructor(options: AuthmethodRegistryOptions) {
    this.#client = options.client;
    this.#methods = new Set(options.methods);
    this.#outside = options.outside ?? new Map();
    this.#isInside = options.isInside ?? (() => true);
    this.#logger = options.logger ?? silentLogger;
  }

  /** Opens for providers. Rejects when the procedure is taken. */
  async start(): Promise<void> {
    await this.#client.register(REGISTER_METHOD, (invocation) => this.#registerMethod(invocation), {
      disclose_caller: true,
    });
  }

  /** Who answers for `authmethod`, or undefined. */
  find(authmethod: string): RegisteredProvider | undefined {
    return this.#providers.get(authmethod);
  }

  /** Forgets the methods of a session; to be called for each that leaves the auth realm. */
  removeProvider(session: SessionId): void {
    this.#departed.add(session);
    for (const oldest of this.#departed) {
      if (this.#departed.size <= MAX_DEPARTED) break;
      this.#departed.delete(oldest);
    }
    for (const [authmethod, provider] of this.#providers) {
      if (provider.session !== session) continue;
      this.#providers.delete(authmethod);
      this.#logger.warn({ authmethod, session }, 'authentication provider left');
    }
  }

  #registerMethod({ args, details }: LocalInvocation): CallResult {
    const announcement = parseAnnouncement(args);
    if (typeof announcement === 'string') return reply('ERROR', announcement);
    const { realms, ...methods } = announcement;
    const { authmethod } = methods;
    const session = details['caller'];
    if (typeof session !== 'number') {
      return reply('ERROR', 'Invocation must provide "caller" detail on registration');
    }
    const allowed = this.#realmsOf(authmethod, session);
    if (allowed === undefined) return reply('ERROR', 'Method is not configured');
    if (this.#providers.has(authmethod))
      return reply('ERROR', 'Method registration already exists');
    if (this.#departed.has(session)) return reply('ERROR', 'Session has left');
    const namespace = namespaceOf(authmethod);
    if (this.#outside.has(authmethod) && !isIn(namespace, methods)) {
      return reply('ERROR', `Handlers must be procedures of ${namespace}`);
    }
    const covers = (realm: string): boolean =>
      allowed(realm) && (realms.includes(realm) || realms.includes('*'));
    this.#providers.set(authmethod, { ...methods, session, covers });
    this.#logger.info({ authmethod, session }, 'authentication provider registered');
    return reply('SUCCESS');
  }

  /** Which realms a session may answer for by this method; undefined: it may not at all. */
  #realmsOf(authmethod: string, session: number): ((realm: string) => boolean) | undefined {
    const realms = this.#outside.get(authmethod);
    if (realms !== undefined) return (realm) => realms.includes(realm);
    return this.#methods.has(authmethod) && this.#isInside(session) ? () => true : undefined;
  }
}

interface Announcement {
  readonly authmethod: string;
  readonly onhello: string;
  readonly onauthenticate: string;
  readonly challenge: Challenge | undefined;
  readonly wantsHello: boolean;
  readonly realms: readonly string[];
}

/**
 * `["<method>", {"onhello": uri, "onauthenticate": uri}, ["realm1"|"*"]]`, or what is wrong with it, in Thruway's words. Beside the two,
 * and that is ours, a provider whose challenge is the same for everybody may give it as `challenge`, in the form of its answer to HELLO, and
 * one that looks at nothing but the proof may say `hello_message: false`: then it is spared the HELLO that otherwise comes along.
 */
function parseAnnouncement([authmethod, handlers, realms]: List): Announcement | string {
  if (typeof authmethod !== 'string') return 'Authentication provider must name its method';
  const { onhello, onauthenticate, challenge, hello_message } = toDict(handlers) ?? {};
  if (!isProvidersUri(onhello)) return 'Authentication provider must provide "onhello" handler';
  if (!isProvidersUri(onauthenticate)) {
    return 'Authentication provider must provide "onauthenticate" handler';
  }
  if (!isListOfStrings(realms)) return 'Authentication provider must name its realms';
  const always = toChallenge(challenge);
  if (challenge !== undefined && always === undefined) {
    return 'The "challenge" of an authentication provider must have a challenge_method';
  }
  const wantsHello = hello_message !== false;
  return { authmethod, onhello, onauthenticate, challenge: always, wantsHello, realms };
}

/** One from outside answers with its own procedures: it may have registered no others, and somebody else's answers are not its own. */
const isIn = (
  namespace: string,
  { onhello, onauthenticate }: Pick<RegisteredProvider, 'onhello' | 'onauthenticate'>,
): boolean => onhello.startsWith(namespace) && onauthenticate.startsWith(namespace);

/** The router itself will call it, with more power than the provider has: so none of the router's own procedures. */
const isProvidersUri = (value: unknown): value is string =>
  typeof value === 'string' && isUri(value) && !isReservedUri(value);

const isListOfStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const reply = (...args: readonly string[]): CallResult => ({ args, kwargs: {} });
