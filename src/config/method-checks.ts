import type { ConfigPath } from './config-node.js';
import type { ConfigInput } from './schema.js';

type Report = (path: ConfigPath, expected: string) => void;

/** The sections that methods have to do with; undefined for those that are not in order. */
export interface MethodSections {
  readonly auth: ConfigInput['auth'] | undefined;
  readonly listeners: ConfigInput['listeners'] | undefined;
  readonly trusted: ConfigInput['trusted'] | undefined;
  readonly realms: ConfigInput['realms'] | undefined;
}

/** A list of authmethods, and where it stands. */
interface Order {
  readonly path: ConfigPath;
  readonly methods: readonly string[];
}

/** Whether somebody from outside decides for an authmethod: then what our own needs does not matter. */
const isElsewhere = ({ auth }: MethodSections, authmethod: string): boolean =>
  auth?.providers.methods.some(({ name }) => name === authmethod) === true ||
  auth?.dynamic.some((each) => each.authmethod === authmethod) === true;

/** What is wrong between lists of authmethods and what the methods need. */
export function checkMethods(sections: MethodSections, report: Report): void {
  if (!isElsewhere(sections, 'tls')) checkTls(sections, report);
  checkAnonymous(sections, report);
  const kinds = sections.auth?.ticket.kinds ?? [];
  const place = kinds.indexOf('password');
  if (place !== -1 && place !== kinds.length - 1) {
    report(['auth', 'ticket', 'kinds', place], 'password at the end, as it takes whatever comes');
  }
}

function checkTls({ auth, listeners = [] }: MethodSections, report: Report): void {
  for (const [index, { authmethods, tls }] of listeners.entries()) {
    if (authmethods?.includes('tls') !== true || tls?.client_ca_file !== undefined) continue;
    report(
      ['listeners', index, 'authmethods'],
      'no tls without tls.client_ca_file, against which certificates are checked',
    );
  }
  if (auth?.order.includes('tls') === true) {
    report(['auth', 'order'], 'no tls, as the public listener has no TLS of its own');
  }
}

const ordersOf = ({ auth, listeners = [] }: MethodSections): readonly Order[] => [
  { path: ['auth', 'order'], methods: auth?.order ?? [] },
  ...listeners.map(({ authmethods = [] }, index) => ({
    path: ['listeners', index, 'authmethods'],
    methods: authmethods,
  })),
];

function checkAnonymous(sections: MethodSections, report: Report): void {
  const role = sections.auth?.anonymous.role;
  const path = ['auth', 'anonymous', 'role'];
  const isOwn = !isElsewhere(sections, 'anonymous');
  for (const { path: order, methods } of ordersOf(sections)) {
    const place = methods.indexOf('anonymous');
    if (place === -1) continue;
    if (isOwn && role === null) report(path, 'a role, as anonymous is among the authmethods');
    // Whoever lists it beside others would never be asked who he is.
    if (place !== methods.length - 1) report([...order, place], 'anonymous at the end');
  }
  if (role !== undefined && role !== null) checkRole(role, sections, report);
}

function checkRole(role: string, sections: MethodSections, report: Report): void {
  const { realms, trusted, listeners = [] } = sections;
  const path = ['auth', 'anonymous', 'role'];
  const roles = realms?.flatMap((realm) => realm.roles.map(({ name }) => name));
  if (roles?.includes(role) === false) report(path, 'a role of one of the realms');
  const kept = [trusted?.role, ...listeners.map((each) => (each.trusted ? each.role : undefined))];
  if (kept.includes(role)) report(path, 'a role other than that of a trusted listener');
}
