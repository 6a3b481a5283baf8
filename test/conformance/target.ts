import { isDict } from './pattern.js';
import { parseAddress } from './wire/address.js';
import type { Wire } from './wire/address.js';
import type { SerializerName } from './wire/wire-format.js';

/** Where the router is and how the suite gets in. */
export interface Target {
  /** The address of the listener under test, in one of the forms of ADDRESS_FORMS. */
  readonly url: string;
  /** What the peers of the suite speak there. */
  readonly serializer: SerializerName;
  readonly realm: string;
  /** What every topic and procedure of the suite begins with, its last dot included. */
  readonly prefix: string;
  /** The token of a user who may do everything below `prefix`; undefined: the listener wants no authentication. */
  readonly token: string | undefined;
  /** Tokens that the router has to refuse: expired, of a foreign audience, of an unknown key. */
  readonly refusedTokens: readonly string[];
  /** A listener of the same router that wants no authentication. */
  readonly openUrl: string | undefined;
  /** What URIs begin with that the user may do nothing with. */
  readonly forbiddenPrefix: string | undefined;
  /** Another realm that the user may join. */
  readonly otherRealm: string | undefined;
  /** Whether request ids must be 1, 2, 3 ...; a router may be lenient by configuration. */
  readonly strictRequestIds: boolean;
  /** More bytes than the router takes in one message. */
  readonly oversizedBytes: number;
  /** How long the suite waits for one message. */
  readonly timeoutMs: number;
  /** How long the suite waits for the router to give up a handshake. */
  readonly handshakeTimeoutMs: number;
  /** Starts another such router that may be shut down; by URL alone there is no way to do so. */
  readonly startAnother: (() => Promise<DisposableRouter>) | undefined;
  /** A realm in which the user may do everything with every URI. */
  readonly unrestrictedRealm?: string | undefined;
  /** A realm that takes only URIs of the strict rule. */
  readonly strictRealm?: string | undefined;
  /** Whether the run may end every session of the realm, as a run against a router in use may not. */
  readonly mayKill?: boolean | undefined;
  /** A listener of the same router whose users may not use the meta API. */
  readonly withoutMetaUrl?: string | undefined;
  /** With `topic`, `log.auth` and `log.basket` behind it, a topic whose events are kept; with `log`, a prefix of which they are. */
  readonly historyPrefix?: string | undefined;
  /** A realm where retention is switched off. */
  readonly unretainedRealm?: string | undefined;
  /** A realm where callers and publishers are disclosed unasked. */
  readonly disclosingRealm?: string | undefined;
  /** A realm where callers and publishers may not be disclosed. */
  readonly undisclosedRealm?: string | undefined;
  /** The trust level of the user. */
  readonly trustLevel?: number | undefined;
}

/** The ways into a router. */
export type Entrance = 'websocket' | 'rawsocket' | 'rawsocket by unix socket' | 'longpoll';

/** A router of which the suite may dispose. */
export interface DisposableRouter {
  /** Over WebSocket, in JSON. */
  readonly target: Target;
  /** The address of the same listener, or one like it, for each way in that the router has. */
  readonly entrances: Readonly<Partial<Record<Entrance, string>>>;
  readonly shutdown: () => Promise<void>;
}

/** What the router says of itself, and what the run was told. */
export interface Facts {
  readonly target: Target;
  /** WELCOME.Details.roles. */
  readonly roles: Readonly<Record<string, unknown>>;
}

/** The transport and the serializer of a target. */
export const wireOf = ({ url, serializer }: Target): Wire => ({
  transport: parseAddress(url).transport,
  serializer,
});

/** Why a case cannot be run, or undefined if it can. */
export type Need = (facts: Facts) => string | undefined;

/** Whether the router announces a feature. */
export function announces(facts: Facts, role: string, feature: string): boolean {
  const features = isDict(facts.roles[role]) ? facts.roles[role]['features'] : undefined;
  return isDict(features) && features[feature] === true;
}

/** The features that the router announces for both roles, sorted. */
export const announcedIn = (
  facts: Facts,
): Readonly<Record<'broker' | 'dealer', readonly string[]>> => ({
  broker: featuresOf(facts, 'broker'),
  dealer: featuresOf(facts, 'dealer'),
});

function featuresOf(facts: Facts, role: string): readonly string[] {
  const features = isDict(facts.roles[role]) ? facts.roles[role]['features'] : undefined;
  if (!isDict(features)) return [];
  return Object.keys(features)
    .filter((feature) => features[feature] === true)
    .sort();
}

/** The router announces this feature. */
export const announced =
  (role: 'broker' | 'dealer', feature: string): Need =>
  (facts) =>
    announces(facts, role, feature) ? undefined : `${role} does not announce ${feature}`;

/** The router does not announce this feature. */
export const unannounced =
  (role: 'broker' | 'dealer', feature: string): Need =>
  (facts) =>
    announces(facts, role, feature) ? `${role} announces ${feature}` : undefined;

/** The listener asks for a token. */
export const challenges: Need = ({ target }) =>
  target.token === undefined ? 'the listener asks for no authentication' : undefined;

/** The listener insists on request ids 1, 2, 3 ... */
export const strictRequestIds: Need = ({ target }) =>
  target.strictRequestIds ? undefined : 'the listener is configured to be lenient with request ids';

/** The run was told what the user may not do. */
export const knowsForbidden: Need = ({ target }) =>
  target.forbiddenPrefix === undefined ? 'needs --forbidden-prefix' : undefined;

/** The run was told of a second realm. */
export const knowsOtherRealm: Need = ({ target }) =>
  target.otherRealm === undefined ? 'needs --other-realm' : undefined;

/** The run was told of a listener that wants no authentication. */
export const knowsOpenUrl: Need = ({ target }) =>
  target.openUrl === undefined && target.token !== undefined ? 'needs --open-url' : undefined;

/** The run was given tokens that have to be refused. */
export const knowsRefusedTokens: Need = ({ target }) =>
  target.refusedTokens.length === 0 ? 'needs --refused-jwt' : undefined;

/** The run can shut a router down. */
export const mayShutDown: Need = ({ target }) =>
  target.startAnother === undefined ? 'a router by URL cannot be shut down' : undefined;

/** The same router by another entrance and in another serializer, for cases that start one of their own, too. Throws if it has no such entrance. */
export function enteredBy(
  router: DisposableRouter,
  entrance: Entrance,
  serializer: SerializerName,
): DisposableRouter {
  const url = router.entrances[entrance];
  if (url === undefined) throw new TypeError(`no entrance ${entrance}`);
  const { startAnother } = router.target;
  const startSuch =
    startAnother && (async () => enteredBy(await startAnother(), entrance, serializer));
  return { ...router, target: { ...router.target, url, serializer, startAnother: startSuch } };
}

/** The run was told this of the router. */
export const knows =
  (field: keyof Target): Need =>
  ({ target }) => {
    const flag = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return target[field] === undefined ? `needs --${flag}` : undefined;
  };

/** The listener that wants no authentication is for another user than the token. */
export const knowsTwoUsers: Need = ({ target }) =>
  target.openUrl === undefined || target.token === undefined
    ? 'needs --jwt and --open-url'
    : undefined;
