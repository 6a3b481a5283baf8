import type { DYNAMIC_AUTHMETHODS } from './dynamic-schema.js';
import type { ConfigInput } from './schema.js';

/** An authmethod for which a procedure can decide. */
export type DynamicAuthmethod = (typeof DYNAMIC_AUTHMETHODS)[number];

/** A procedure that decides who somebody is. */
export interface DynamicConfig {
  readonly authmethod: DynamicAuthmethod;
  readonly procedure: string;
  /** The realm in which it is registered; undefined: the one that the client wants to join. */
  readonly realm: string | undefined;
  /** The realms that it may let somebody into. */
  readonly realms: readonly string[];
  /** The roles that it may grant. */
  readonly roles: readonly string[];
  readonly timeoutMs: number;
}

/** Section `auth.dynamic` in the program's terms; what has no time of its own has `timeoutMs`. */
export const buildDynamic = (
  list: ConfigInput['auth']['dynamic'],
  timeoutMs: number,
): readonly DynamicConfig[] =>
  list.map(({ timeout, realm, ...rest }) => ({ ...rest, realm, timeoutMs: timeout ?? timeoutMs }));
