import { isDict, type Dict, type List } from '../../router/index.js';
import { isString, optionalPart } from './optional-part.js';
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
  const wanted = optionalPart(principal, 'realm', isString);
  if (wanted !== undefined && wanted !== realm) {
    throw new InvalidProviderAnswer('the answer is for another realm');
  }
  return {
    role,
    principal,
    authid: optionalPart(principal, 'authid', isString),
    extra: optionalPart(principal, 'extra', isDict),
  };
}
