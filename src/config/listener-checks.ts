import type { ConfigPath } from './config-node.js';
import type { ListenerInput } from './listener-schema.js';
import { isLoopback } from './scalars.js';
import type { ConfigInput } from './schema.js';

type Report = (path: ConfigPath, expected: string) => void;

/** The sections that listeners have to do with; undefined for those that are not in order. */
export interface ListenerSections {
  readonly public: ConfigInput['public'] | undefined;
  readonly trusted: ConfigInput['trusted'] | undefined;
  readonly listeners: ConfigInput['listeners'] | undefined;
  /** The roles of all realms. */
  readonly roles: readonly string[] | undefined;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Names that logs and errors give to what is no item of `listeners`. */
const TAKEN_NAMES = ['public', 'trusted', 'internal'];
const EVERY_ADDRESS = ['0.0.0.0', '::'];

/** What is wrong between the keys of a listener, and between listeners. */
export function checkListeners(sections: ListenerSections, report: Report): void {
  checkPublic(sections, report);
  checkTrusted(sections, report);
  for (const [index, listener] of (sections.listeners ?? []).entries()) {
    const at: Report = ([...path], expected) => {
      report(['listeners', index, ...path], expected);
    };
    checkName(listener, sections.listeners?.slice(0, index) ?? [], at);
    checkPlace(listener, at);
    if (listener.trusted) checkBelieving(listener, sections.roles, at);
    else checkOpen(listener, at);
    checkType(listener, at);
    checkAddress(listener, index, sections, at);
  }
}

function checkPublic({ public: open }: ListenerSections, report: Report): void {
  if (open?.longpoll_path === open?.ws_path && open !== undefined) {
    report(['public', 'longpoll_path'], 'another path than ws_path');
  }
}

function checkTrusted({ trusted, roles, public: open }: ListenerSections, report: Report): void {
  if (trusted === undefined) return;
  if (roles?.includes(trusted.role) === false) {
    report(['trusted', 'role'], 'a role of one of the realms');
  }
  const isOnPort = trusted.unix === null && trusted.port !== 0;
  if (isOnPort && trusted.port === open?.port) {
    report(['trusted', 'port'], 'another port than that of public');
  }
}

function checkName(
  { name }: ListenerInput,
  before: readonly ListenerInput[],
  report: Report,
): void {
  if (TAKEN_NAMES.includes(name) || before.some((other) => other.name === name)) {
    report(['name'], `a name of its own, other than ${TAKEN_NAMES.join(', ')}`);
  }
}

function checkPlace({ host, port, unix, mode }: ListenerInput, report: Report): void {
  if (unix === undefined) {
    if (port === undefined) report([], 'a port, or unix');
    if (mode !== undefined) report(['mode'], 'a mode only beside unix');
    return;
  }
  if (port !== undefined) report(['port'], 'either a port or unix');
  if (host !== undefined) report(['host'], 'either a host or unix');
}

function checkOpen({ role, authmethods, allowed_hosts }: ListenerInput, report: Report): void {
  if (authmethods === undefined) report([], 'authmethods, as nobody gets in without one');
  if (role !== undefined) report(['role'], 'a role only with trusted: true');
  if (allowed_hosts !== undefined) {
    report(['allowed_hosts'], 'allowed_hosts only with trusted: true');
  }
}

function checkBelieving(
  { role, authmethods, host }: ListenerInput,
  roles: readonly string[] | undefined,
  report: Report,
): void {
  if (authmethods !== undefined) report(['authmethods'], 'no authmethods with trusted: true');
  if (role === undefined) report([], 'a role, as it has trusted: true');
  else if (roles?.includes(role) === false) report(['role'], 'a role of one of the realms');
  if (host !== undefined && !isLoopback(host)) {
    report(['host'], 'a loopback address (127.0.0.1, ::1 or localhost), as it has trusted: true');
  }
}

function checkType(listener: ListenerInput, report: Report): void {
  if (listener.type === 'websocket') {
    if (listener.ping !== undefined) {
      report(['ping'], 'no ping with type websocket, for which limits.ping holds');
    }
    return;
  }
  // A RawSocket's handshake has neither path nor headers (WAMP 15.1), and its messages come one by one.
  for (const key of ['path', 'allowed_origins', 'allowed_hosts'] as const) {
    if (listener[key] !== undefined) report([key], `no ${key} with type rawsocket`);
  }
  for (const [index, serializer] of (listener.serializers ?? []).entries()) {
    if (!serializer.endsWith('.batched')) continue;
    report(['serializers', index], 'json, msgpack or cbor with type rawsocket');
  }
}

function checkAddress(
  listener: ListenerInput,
  index: number,
  { public: open, trusted, listeners = [] }: ListenerSections,
  report: Report,
): void {
  const before = listeners.slice(0, index);
  if (listener.unix !== undefined) {
    const sockets = [trusted?.unix, ...before.map((other) => other.unix)];
    if (sockets.includes(listener.unix)) report(['unix'], 'a Unix socket of its own');
    return;
  }
  const own = addressOf(listener);
  const others = [
    open,
    trusted?.unix === null ? trusted : undefined,
    ...before.map(addressOf),
  ].filter((each) => each !== undefined);
  if (own !== undefined && others.some((other) => overlap(own, other))) {
    report(['port'], 'a host and port of its own');
  }
}

const addressOf = ({ unix, host = '127.0.0.1', port }: ListenerInput): Address | undefined =>
  unix === undefined && port !== undefined ? { host, port } : undefined;

const overlap = (a: Address, b: Address): boolean =>
  a.port !== 0 &&
  a.port === b.port &&
  (a.host === b.host || [a, b].some(({ host }) => EVERY_ADDRESS.includes(host)));
