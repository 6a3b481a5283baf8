import type { Proof } from '../../router/index.js';
import type { Revocations } from '../revocation/revocations.js';
import type { User, UserProvider } from '../users/user-provider.js';
import { InvalidToken } from './invalid-token.js';
import type { VerifiedToken } from './token.js';

/** The user that a token stands for (RFC 6750 calls who has it its bearer), and what it says. */
export interface TokenBearer {
  readonly user: User;
  readonly token: VerifiedToken;
}

/** Says whether a token holds, as TokenVerifier does. */
interface TokenJudge {
  verify(token: string, audience?: string): VerifiedToken | Promise<VerifiedToken>;
}

/** What {@link TokenBearers} need. */
export interface TokenBearersOptions {
  readonly tokens: TokenJudge;
  readonly users: Pick<UserProvider, 'find' | 'findById'>;
  readonly revocations: Pick<Revocations, 'isRevoked'>;
}

/**
 * Whose token it is: the one place that decides whether a token lets somebody in, whichever way it came (a challenge, the upgrade, a
 * ticket, a refresh, an HTTP request).
 */
export class TokenBearers {
  readonly #tokens: TokenJudge;
  readonly #users: Pick<UserProvider, 'find' | 'findById'>;
  readonly #revocations: Pick<Revocations, 'isRevoked'>;

  constructor(options: TokenBearersOptions) {
    this.#tokens = options.tokens;
    this.#users = options.users;
    this.#revocations = options.revocations;
  }

  /**
   * Gives who has this token. Rejects with {@link InvalidToken} when the token does not hold, its user is unknown or disabled, or it was
   * issued before the user's tokens became void, or was revoked; with AuthenticatorUnavailable when its key cannot be fetched now. With
   * `audience` only tokens for that one hold.
   */
  async identify(text: string, audience?: string): Promise<TokenBearer> {
    const token = await this.#tokens.verify(text, audience);
    const { subject, isUsername, login } = token;
    const user = await (isUsername ? this.#users.find(subject) : this.#users.findById(subject));
    if (user === undefined) throw refusal(token, 'user unknown or disabled');
    // Without `iat` nobody knows, and then it may be older than whatever was ended.
    const issuedAt = token.issuedAt ?? 0;
    if (user.tokensValidFrom !== undefined && issuedAt < user.tokensValidFrom) {
      throw refusal(token, 'issued before the tokens of this user became void');
    }
    const bearer = { user, token };
    // After the wait: a log-out during it must not be missed.
    const { expiresAt } = token;
    if (this.#revocations.isRevoked({ proof: proofOf(bearer), login, expiresAt })) {
      throw refusal(token, 'revoked');
    }
    return bearer;
  }
}

/** What a session keeps of the token that opened it. */
export const proofOf = ({ user, token: { id, issuer, issuedAt } }: TokenBearer): Proof => ({
  subject: user.id,
  issuer,
  id,
  issuedAt,
});

const refusal = ({ subject }: VerifiedToken, detail: string): InvalidToken =>
  new InvalidToken('invalid_token', detail, { authid: subject });
