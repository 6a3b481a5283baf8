import { AuthenticatorUnavailable } from '../../router/index.js';

/** An admitted attempt. Exactly one of the two is called, once. */
export interface ProofAttempt {
  /** The proof was checked. */
  readonly settle: (isRight: boolean) => Promise<void>;
  /** It could not be checked: counts for nothing. */
  readonly cancel: () => void;
}

/** Counts wrong proofs by name and address, in common with the wrong passwords of the web pages (L3). */
export interface ProofAttempts {
  /** Admits an attempt as `username` from `address`, or rejects with an error named `TooManyLogins`. */
  begin(username: string, address: string): Promise<ProofAttempt>;
}

/**
 * Admits an attempt. Who has given too many wrong proofs is turned away for the time being: AuthenticatorUnavailable, so that a client whose
 * proof is right comes back when the lock has passed.
 */
export async function beginAttempt(
  attempts: ProofAttempts,
  username: string,
  address: string,
): Promise<ProofAttempt> {
  try {
    return await attempts.begin(username, address);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TooManyLogins') throw error;
    throw new AuthenticatorUnavailable('too many failed log-ins');
  }
}
