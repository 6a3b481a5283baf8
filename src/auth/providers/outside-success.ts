import type { Dict } from '../../router/index.js';

/** The role that Thruway gives whoever was authenticated, beside those that the provider names. */
const EVERYBODY = 'authenticated_user';
/** Keys of this beginning are between the router and its own providers. */
const OWN_KEYS = '_expressway_';

/**
 * What a provider from outside says of somebody, as far as it may say it: what only our own may is left out, and `authenticated_user` is
 * among the roles if it is `grantable` (Thruway adds it to everybody's).
 */
export function fromOutside(success: Dict, grantable: ReadonlySet<string>): Dict {
  const said = Object.fromEntries(
    Object.entries(success).filter(([key]) => !key.startsWith(OWN_KEYS)),
  );
  if (!grantable.has(EVERYBODY)) return said;
  const authroles = said['authroles'] ?? [];
  const list: unknown[] = Array.isArray(authroles) ? authroles : [authroles];
  return { ...said, authroles: [...list, EVERYBODY] };
}
