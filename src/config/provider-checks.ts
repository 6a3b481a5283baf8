import type { ConfigPath } from './config-node.js';
import { AUTHMETHODS } from './listener-schema.js';
import type { ConfigInput } from './schema.js';

type Report = (path: ConfigPath, expected: string) => void;
type Providers = ConfigInput['auth']['providers'];

/** The sections that providers have to do with; undefined for those that are not in order. */
export interface ProviderSections {
  readonly auth: ConfigInput['auth'] | undefined;
  readonly trusted: ConfigInput['trusted'] | undefined;
  readonly listeners: ConfigInput['listeners'] | undefined;
  readonly realms: ConfigInput['realms'] | undefined;
  readonly limits: ConfigInput['limits'] | undefined;
}

const PROVIDERS: ConfigPath = ['auth', 'providers'];

/** The roles of all realms and those of providers, in their realm; undefined when the realms are not in order. */
export const rolesOf = ({
  auth,
  realms,
}: Pick<ProviderSections, 'auth' | 'realms'>): readonly string[] | undefined =>
  realms && [
    ...realms.flatMap(({ roles }) => roles.map(({ name }) => name)),
    ...(auth?.providers.roles ?? []),
  ];

/** The authmethods that a configuration knows. */
export const authmethodsOf = ({ providers, dynamic }: ConfigInput['auth']): readonly string[] => [
  ...new Set([
    ...AUTHMETHODS,
    ...providers.methods.map(({ name }) => name),
    ...dynamic.map(({ authmethod }) => authmethod),
  ]),
];

/** What is wrong about providers from outside, and about authmethods that nobody answers for. */
export function checkProviders(sections: ProviderSections, report: Report): void {
  const { auth } = sections;
  if (auth === undefined) return;
  const { providers } = auth;
  const at: Report = (path, expected) => {
    report([...PROVIDERS, ...path], expected);
  };
  checkWhole(providers, at);
  checkListeners(providers, sections, at);
  checkMethods(providers, sections, at);
  checkAuthmethods(auth, sections, report);
}

function checkWhole({ listeners, roles, methods }: Providers, report: Report): void {
  const isUsed = listeners.length > 0 || roles.length > 0 || methods.length > 0;
  if (!isUsed) return;
  if (listeners.length === 0)
    report(['listeners'], 'at least one listener, where providers come in');
  if (roles.length === 0) report(['roles'], 'at least one role, which providers have');
  if (methods.length === 0) report(['methods'], 'at least one authmethod, to answer for');
}

function checkListeners(
  providers: Providers,
  { trusted, listeners }: ProviderSections,
  report: Report,
): void {
  if (listeners === undefined || trusted === undefined) return;
  // undefined: whoever comes in there proves who it is, and has the role of that user.
  const roles = new Map<string, string | undefined>([
    ['public', undefined],
    ['trusted', trusted.role],
    ...listeners.map(({ name, role }) => [name, role] as const),
  ]);
  for (const [index, name] of providers.listeners.entries()) {
    const role = roles.get(name);
    if (!roles.has(name)) {
      report(['listeners', index], `one of ${[...roles.keys()].join(', ')}`);
    } else if (role !== undefined && !providers.roles.includes(role)) {
      report(
        ['listeners', index],
        `a listener whose role (${role}) is one of auth.providers.roles`,
      );
    }
  }
}

function checkMethods(
  { methods }: Providers,
  { realms, limits }: ProviderSections,
  report: Report,
): void {
  const names = methods.map(({ name }) => name);
  for (const [index, { name, timeout, ...method }] of methods.entries()) {
    const at: Report = (path, expected) => {
      report(['methods', index, ...path], expected);
    };
    if (names.indexOf(name) !== index) at(['name'], 'each authmethod once');
    checkTimeout(timeout, limits, at);
    if (realms !== undefined) checkGrants(method, realms, at);
  }
}

/** An answer that may take longer than the whole handshake is never heard. */
export function checkTimeout(
  timeout: number | undefined,
  limits: ConfigInput['limits'] | undefined,
  report: Report,
): void {
  if (timeout !== undefined && limits !== undefined && timeout > limits.auth) {
    report(['timeout'], 'at most the duration of limits.auth, which it is a part of');
  }
}

/** What a provider, or a procedure that decides as one, may grant must be there. */
export function checkGrants(
  method: { readonly realms: readonly string[]; readonly roles: readonly string[] },
  realms: ConfigInput['realms'],
  report: Report,
): void {
  for (const [index, name] of method.realms.entries()) {
    if (!realms.some((realm) => realm.name === name))
      report(['realms', index], 'one of the realms');
  }
  const roles = realms
    .filter(({ name }) => method.realms.includes(name))
    .flatMap((realm) => realm.roles.map(({ name }) => name));
  for (const [index, role] of method.roles.entries()) {
    if (!roles.includes(role)) report(['roles', index], 'a role of one of these realms');
  }
}

function checkAuthmethods(
  auth: ConfigInput['auth'],
  { listeners = [] }: ProviderSections,
  report: Report,
): void {
  const known = authmethodsOf(auth);
  const check = (names: readonly string[], path: ConfigPath): void => {
    for (const [index, name] of names.entries()) {
      if (known.includes(name)) continue;
      report(
        [...path, index],
        `one of ${known.join(', ')}, or the name of one of auth.providers.methods`,
      );
    }
  };
  check(auth.order, ['auth', 'order']);
  for (const [index, { authmethods = [] }] of listeners.entries()) {
    check(authmethods, ['listeners', index, 'authmethods']);
  }
}
