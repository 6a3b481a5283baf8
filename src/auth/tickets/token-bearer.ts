import type { EndedLogins } from '../revocation/ended-logins.js';
import { InvalidToken } from '../tokens/invalid-token.js';
import type { TokenVerifier } from '../tokens/token.js';
import type { User, UserProvider } from '../users/user-provider.js';
import type { TicketGrant } from './single-use-tickets.js';

/** The user of a token, and what of the token matters for a ticket. */
export interface TokenBearer extends Pick<
  TicketGrant,
  'login' | 'expiresAt' | 'issuedAt' | 'proofId'
> {
  readonly user: User;
}

/** What {@link findTokenBearer} asks. */
export interface TokenBearerOptions {
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly users: Pick<UserProvider, 'findById'>;
  readonly endedLogins: Pick<EndedLogins, 'isEnded'>;
}

/** Gives whose a token is; undefined when it does not hold, or not any more. */
export const findTokenBearer =
  ({ tokens, users, endedLogins }: TokenBearerOptions) =>
  async (text: string): Promise<TokenBearer | undefined> => {
    try {
      const token = tokens.verify(text);
      const { authid, login, issuedAt } = token;
      const user = await users.findById(authid);
      const isOver = login !== undefined && endedLogins.isEnded(login, issuedAt);
      if (user === undefined || isOver || issuedAt < (user.tokensValidFrom ?? 0)) return undefined;
      return { user, login, issuedAt, expiresAt: token.expiresAt * 1000 };
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  };
