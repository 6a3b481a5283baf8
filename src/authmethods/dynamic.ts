import { DynamicAnonymous } from '../auth/providers/dynamic-anonymous.js';
import { DynamicAuthenticator } from '../auth/providers/dynamic-authenticator.js';
import { DynamicProofs } from '../auth/providers/dynamic-proofs.js';
import { DynamicTickets } from '../auth/providers/dynamic-tickets.js';
import { CryptosignAuthenticator } from '../auth/methods/cryptosign-authenticator.js';
import { UserProofs } from '../auth/methods/user-proofs.js';
import { WampCraAuthenticator } from '../auth/methods/wampcra-authenticator.js';
import type { TicketKind } from '../auth/tickets/ticket-kind.js';
import type { UserProvider } from '../auth/users/user-provider.js';
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
    case 'wampcra':
      return dynamicProofs(entry, parts, (proofs) => wampcraOf(proofs, entry, parts));
    case 'cryptosign':
      return dynamicProofs(entry, parts, (proofs) => new CryptosignAuthenticator({ proofs }));
    case 'ticket':
    case undefined:
      return undefined;
  }
}

/** The kind of tickets that a procedure judges. Throws TypeError when none is configured. */
export function dynamicTickets(parts: AuthenticatorParts): TicketKind {
  const entry = parts.config.auth.dynamic.find(({ authmethod }) => authmethod === 'ticket');
  if (entry === undefined) throw new TypeError('tickets of kind dynamic need a procedure');
  return new DynamicTickets(procedureOf(entry, parts), parts.attempts);
}

/** A method that checks proofs, with users that the procedure tells of one by one. */
function dynamicProofs(
  entry: DynamicConfig,
  parts: AuthenticatorParts,
  methodFor: (proofs: UserProofs) => Authenticator,
): Authenticator {
  const { attempts, logger } = parts;
  const proofsOf = (users: UserProvider): UserProofs =>
    new UserProofs({ users, attempts, roles: entry.roles, logger });
  return new DynamicProofs({
    authmethod: entry.authmethod,
    authenticator: procedureOf(entry, parts),
    methodFor: (users) => methodFor(proofsOf(users)),
  });
}

const wampcraOf = (
  proofs: UserProofs,
  { roles }: DynamicConfig,
  { config, decoy }: AuthenticatorParts,
): Authenticator =>
  new WampCraAuthenticator({ ...config.auth.wampcra, proofs, decoy, decoyRoles: roles });

const procedureOf = (entry: DynamicConfig, parts: AuthenticatorParts): DynamicAuthenticator =>
  new DynamicAuthenticator({
    ...entry,
    clientFor: (realm) => parts.clientIn(entry.realm ?? realm),
    logger: parts.logger,
  });
