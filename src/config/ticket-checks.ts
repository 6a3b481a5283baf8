import type { ConfigPath } from './config-node.js';
import type { ConfigInput } from './schema.js';

type Report = (path: ConfigPath, expected: string) => void;

/** The sections that tickets have to do with; undefined for those that are not in order. */
interface TicketSections {
  readonly auth: ConfigInput['auth'] | undefined;
  readonly trusted: ConfigInput['trusted'] | undefined;
  readonly listeners: ConfigInput['listeners'] | undefined;
  /** The roles of all realms. */
  readonly roles: readonly string[] | undefined;
}

/** What is wrong between the keys of `auth.ticket`, and between them and others. */
export function checkTicket(sections: TicketSections, report: Report): void {
  const { auth, listeners = [] } = sections;
  if (auth === undefined) return;
  const { ticket } = auth;
  const methods = [auth.order, ...listeners.map(({ authmethods = [] }) => authmethods)];
  if (ticket.kinds.length === 0 && methods.some((each) => each.includes('ticket'))) {
    report(['auth', 'ticket', 'kinds'], 'at least one kind, as authmethod ticket is in use');
  }
  if (!ticket.kinds.includes('backend')) return;
  if (ticket.backend_key === undefined && ticket.backend_key_file === undefined) {
    report(['auth', 'ticket'], 'backend_key or backend_key_file, as kinds has backend');
  }
  checkBackendRoles(sections, ticket.backend_roles, report);
}

function checkBackendRoles(
  { trusted, listeners = [], roles }: TicketSections,
  backendRoles: readonly string[],
  report: Report,
): void {
  const path = ['auth', 'ticket', 'backend_roles'];
  if (backendRoles.length === 0) report(path, 'at least one role, as kinds has backend');
  const kept = [trusted?.role, ...listeners.filter((each) => each.trusted).map(({ role }) => role)];
  for (const [index, role] of backendRoles.entries()) {
    if (roles?.includes(role) === false) report([...path, index], 'a role of one of the realms');
    else if (kept.includes(role)) report([...path, index], 'a role that no trusted listener has');
  }
}
