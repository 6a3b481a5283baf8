import { isDict, type Dict, type List } from '../../router/index.js';
import { InvalidProviderAnswer } from './provider-answer.js';

/** What a dynamic authenticator of Crossbar's shape says of somebody. */
export interface DynamicAnswer {
  readonly role: string;
  /** Left out: who the client claims to be. */
  readonly authid?: string | undefined;
  /** For WELCOME.Details.authextra. */
  readonly extra?: Dict | undefined;
  /** All of it, for what its method needs beside: secrets, keys. */
  readonly principal: Dict;
}

/**
 * Reads a role, or `{role, authid?, realm?, extra?, …}`. Throws {@link InvalidProviderAnswer}, also for another realm than the client's: it
 * is the client that chooses.
 */
export function parseDynamicAnswer([value]: List, realm: string): DynamicAnswer {
  const principal: unknown = typeof value === 'string' ? { role: value } : value;
  if (!isDict(principal)) throw new InvalidProviderAnswer('the answer is neither role nor dict');
  const { role } = principal;
  if (typeof role !== 'string') throw new InvalidProviderAnswer('the answer has no role');
  const wanted = optional(principal, 'realm', isString);
  if (wanted !== undefined && wanted !== realm) {
    throw new InvalidProviderAnswer('the answer is for another realm');
  }
  return {
    role,
    principal,
    authid: optional(principal, 'authid', isString),
    extra: optional(principal, 'extra', isDict),
  };
}

const isString = (value: unknown): value is string => typeof value === 'string';

/** What may be left out or null, but nothing else than what it should be. */
function optional<Value>(
  principal: Dict,
  key: string,
  is: (value: unknown) => value is Value,
): Value | undefined {
  const value = principal[key] ?? undefined;
  if (value === undefined || is(value)) return value;
  throw new InvalidProviderAnswer(`${key} is of a wrong type`);
}
