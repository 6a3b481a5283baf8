import type { Dict, Principal, Proof } from '../../router/index.js';
import { isAuthid } from '../methods/authid.js';
import { parseScope, scopeOf } from '../permissions/token-scope.js';
import { isNumber, isString, optionalPart } from './optional-part.js';
import { InvalidProviderAnswer } from './provider-answer.js';
import { toDict } from './wire-dict.js';

/** The key by which our own provider names the log-in of a token. Never sent to the client. */
export const LOGIN_KEY = '_expressway_login';
/** The key by which our own provider names the proof, `{subject, id, issued_at}`. Never sent to the client. */
export const PROOF_KEY = '_expressway_proof';

/** The key by which our own provider says what the token leaves of the user's rights. Never sent to the client. */
export const SCOPE_KEY = '_expressway_scope';

// Thruway gives both of these to whoever gave proof without further words.
const DEFAULT_AUTHID = 'authenticated_user';
const DEFAULT_ROLE = 'authenticated_user';

/** Keys of the answer that have a place of their own in the principal, or that only the router may say in WELCOME. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'authid',
  'authrole',
  'authroles',
  'authmethod',
  'authprovider',
  'authextra',
  'roles',
  'realm',
  'agent',
  LOGIN_KEY,
  PROOF_KEY,
  SCOPE_KEY,
]);

/**
 * The principal of a provider's SUCCESS or NOCHALLENGE: `authrole`, else the first of `authroles`, and only if it is `grantable`.
 * Its other keys go into WELCOME.Details; of `authroles` only the grantable ones count. Throws {@link InvalidProviderAnswer}.
 */
export function toPrincipal(
  success: Dict,
  authmethod: string,
  grantable: ReadonlySet<string>,
): Principal {
  const authid = success['authid'] ?? DEFAULT_AUTHID;
  if (!isAuthid(authid)) throw new InvalidProviderAnswer('authid is no authid');
  const authroles = toRoles(success);
  const authrole = authroles[0] ?? DEFAULT_ROLE;
  if (!grantable.has(authrole)) {
    throw new InvalidProviderAnswer(
      `role ${JSON.stringify(authrole)} is not the provider's to grant`,
    );
  }
  const granted = authroles.filter((role) => grantable.has(role));
  const authprovider = success['authprovider'] ?? authmethod;
  if (typeof authprovider !== 'string')
    throw new InvalidProviderAnswer('authprovider is no string');
  // Several copies by `...` in one literal cost each join several times as much.
  return Object.assign(
    { authid, authrole, authmethod, authprovider },
    rolesOf(success, granted),
    toExpiry(success['authextra']),
    Object.assign(
      toLogin(success[LOGIN_KEY]),
      toProof(success[PROOF_KEY]),
      toScope(success[SCOPE_KEY]),
    ),
  );
}

/** All the roles: for the router where there are several, for WELCOME if the provider has told a list. */
function rolesOf(
  success: Dict,
  authroles: readonly string[],
): Pick<Principal, 'authroles' | 'details'> {
  const rest = passedOn(success);
  const details = success['authroles'] === undefined ? rest : { ...rest, authroles };
  return authroles.length > 1 ? { authroles, details } : { details };
}

/** `authrole`, then `authroles`, each once. */
function toRoles(success: Dict): readonly string[] {
  const authroles = success['authroles'] ?? [];
  const list: unknown[] = Array.isArray(authroles) ? authroles : [authroles];
  const roles = [success['authrole'], ...list].filter(
    (role) => role !== undefined && role !== null,
  );
  if (!roles.every((role) => typeof role === 'string')) {
    throw new InvalidProviderAnswer('a role is no string');
  }
  return [...new Set(roles)];
}

/** `authextra`, and the session's end from its `expires_at` (Unix seconds). What is no time must not mean: for ever. */
function toExpiry(value: unknown): Pick<Principal, 'authextra' | 'expiresAt'> {
  if (value === undefined || value === null) return {};
  const authextra = toDict(value);
  if (authextra === undefined) throw new InvalidProviderAnswer('authextra is no dict');
  const expiresAt = authextra['expires_at'];
  if (expiresAt === undefined) return { authextra };
  if (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)) {
    throw new InvalidProviderAnswer('expires_at is no time');
  }
  return { authextra, expiresAt: expiresAt * 1000 };
}

function toLogin(value: unknown): Pick<Principal, 'login'> {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw new InvalidProviderAnswer('the log-in is no string');
  return { login: value };
}

/** What {@link toProof} reads. */
export const proofToWire = ({ subject, issuer, id, issuedAt }: Proof): Dict => ({
  subject,
  issuer,
  id,
  issued_at: issuedAt,
});

function toProof(value: unknown): Pick<Principal, 'proof'> {
  if (value === undefined) return {};
  const wire = toDict(value) ?? {};
  const { subject } = wire;
  if (!isString(subject)) throw new InvalidProviderAnswer('the proof has no subject');
  const issuer = optionalPart(wire, 'issuer', isString);
  const id = optionalPart(wire, 'id', isString);
  const issuedAt = optionalPart(wire, 'issued_at', isNumber);
  return { proof: { subject, issuer, id, issuedAt } };
}

function toScope(value: unknown): Pick<Principal, 'scope'> {
  if (value === undefined) return {};
  const scope = parseScope(value);
  if (scope === undefined) throw new InvalidProviderAnswer('the scope is no scope');
  return scopeOf(scope);
}

const passedOn = (success: Dict): Dict =>
  Object.fromEntries(Object.entries(success).filter(([key]) => !NOT_PASSED_ON.has(key)));
