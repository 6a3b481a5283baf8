import { DynamicAnonymous } from '../auth/providers/dynamic-anonymous.js';
import { DynamicAuthenticator } from '../auth/providers/dynamic-authenticator.js';
import { DynamicTickets } from '../auth/providers/dynamic-tickets.js';
import type { TicketKind } from '../auth/tickets/ticket-kind.js';
import type { DynamicConfig } from '../config/dynamic-config.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** The authenticator of an authmethod for which a procedure decides; undefined when none does, or its method asks it itself. */
export function dynamicAuthenticator(
  authmethod: string,
  parts: AuthenticatorParts,
): Authenticator | undefined {
  const entry = parts.config.auth.dynamic.find((each) => each.authmethod === authmethod);
  switch (entry?.authmethod) {
    case 'anonymous':
      return new DynamicAnonymous(procedureOf(entry, parts));
    case 'ticket':
    case undefined:
      return undefined;
  }
}

/** The kind of tickets that a procedure judges. Throws TypeError when none is configured. */
export function dynamicTickets(parts: AuthenticatorParts): TicketKind {
  const entry = parts.config.auth.dynamic.find(({ authmethod }) => authmethod === 'ticket');
  if (entry === undefined) throw new TypeError('tickets of kind dynamic need a procedure');
  return new DynamicTickets(procedureOf(entry, parts));
}

const procedureOf = (entry: DynamicConfig, parts: AuthenticatorParts): DynamicAuthenticator =>
  new DynamicAuthenticator({
    ...entry,
    clientFor: (realm) => parts.clientIn(entry.realm ?? realm),
    logger: parts.logger,
  });
