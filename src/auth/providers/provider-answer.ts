import { isUri, Uri, type Dict, type List } from '../../router/index.js';
import { toDict } from './wire-dict.js';

/** A provider's verdict on a client. */
export type ProviderVerdict =
  | { readonly kind: 'success'; readonly details: Dict }
  | {
      readonly kind: 'failure';
      /** For ABORT.Reason. */
      readonly reason: string;
      readonly message: string;
      /** Further keys for ABORT.Details. */
      readonly details: Dict;
    };

/** What the client shall be asked. */
export interface Challenge {
  readonly kind: 'challenge';
  readonly method: string;
  readonly extra: Dict;
}

/** What a provider answered to `onhello`: its verdict, or what the client shall be asked first. */
export type HelloAnswer = ProviderVerdict | Challenge;

/** A provider's answer is none of those that were agreed upon. The message is for the log. */
export class InvalidProviderAnswer extends Error {
  override readonly name = 'InvalidProviderAnswer';
  readonly code = 'ERR_INVALID_PROVIDER_ANSWER';
}

/**
 * Reads `["CHALLENGE", {challenge_method, challenge, …}]`, `["NOCHALLENGE", {authid, …}]` or `["FAILURE", {abort_uri, details}]`.
 * Throws {@link InvalidProviderAnswer}.
 */
export function parseHelloAnswer([verdict, value]: List): HelloAnswer {
  if (verdict === 'FAILURE') return parseFailure(value);
  const details = toDict(value);
  if (details === undefined) throw new InvalidProviderAnswer('the answer to HELLO has no details');
  if (verdict === 'NOCHALLENGE') return { kind: 'success', details };
  const challenge = verdict === 'CHALLENGE' ? toChallenge(details) : undefined;
  if (challenge !== undefined) return challenge;
  throw new InvalidProviderAnswer('the answer to HELLO is unknown');
}

/** Reads `{challenge_method, challenge, …}`; undefined when that names no method. */
export function toChallenge(value: unknown): Challenge | undefined {
  const extra = toDict(value);
  const method = extra?.['challenge_method'];
  if (extra === undefined || typeof method !== 'string') return undefined;
  return { kind: 'challenge', method, extra };
}

/** Reads `["SUCCESS", {authid, …}]` or `["FAILURE", …]`. Throws {@link InvalidProviderAnswer}, for `["ERROR"]` too. */
export function parseAuthenticateAnswer([verdict, value]: List): ProviderVerdict {
  if (verdict === 'FAILURE') return parseFailure(value);
  const details = toDict(value);
  if (verdict === 'SUCCESS' && details !== undefined) return { kind: 'success', details };
  throw new InvalidProviderAnswer(
    verdict === 'ERROR' ? 'the provider answers ERROR' : 'the answer to AUTHENTICATE is unknown',
  );
}

function parseFailure(value: unknown): ProviderVerdict {
  const failure = toDict(value) ?? {};
  const { message, ...details } = toDict(failure['details']) ?? {};
  const reason = failure['abort_uri'];
  return {
    kind: 'failure',
    reason: typeof reason === 'string' && isUri(reason) ? reason : Uri.authenticationDenied,
    message: typeof message === 'string' ? message : 'authentication_denied',
    details,
  };
}
