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
  const { role, authid, extra } = principal;
  if (typeof role !== 'string') throw new InvalidProviderAnswer('the answer has no role');
  if ((principal['realm'] ?? realm) !== realm) {
    throw new InvalidProviderAnswer('the answer is for another realm');
  }
  if (!isAbsent(authid) && typeof authid !== 'string') {
    throw new InvalidProviderAnswer('authid is no string');
  }
  if (!isAbsent(extra) && !isDict(extra)) throw new InvalidProviderAnswer('extra is no dict');
  return { role, principal, authid: authid ?? undefined, extra: extra ?? undefined };
}

const isAbsent = (value: unknown): value is null | undefined =>
  value === undefined || value === null;
