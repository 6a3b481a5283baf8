import { Uri, WampError, type List, type SessionProcedure } from '../../router/index.js';
import type { SessionRevoker } from './session-revoker.js';

/** The longest id of a token or user, in UTF-16 code units. */
const MAX_ID_LENGTH = 256;

/**
 * `expressway.auth.revoke_token(jti, expires_at?)` and `expressway.auth.revoke_user(user_id, issued_before?)`, times in Unix seconds: for
 * those whom a permission allows it. Each answers with the number of sessions that it ended, the caller's own perhaps among them.
 */
export const revocationProcedures = (
  revoker: Pick<SessionRevoker, 'revokeToken' | 'revokeUser'>,
): ReadonlyMap<string, SessionProcedure> =>
  new Map<string, SessionProcedure>([
    [
      'expressway.auth.revoke_token',
      { answer: ({ args }) => [revoker.revokeToken(idOf(args), timeOf(args))] },
    ],
    [
      'expressway.auth.revoke_user',
      {
        answer: ({ args }) => {
          const issuedBefore = timeOf(args);
          if (issuedBefore !== undefined && issuedBefore > Date.now() / 1000) {
            throw new WampError(Uri.invalidArgument, ['the time is yet to come']);
          }
          return [revoker.revokeUser(idOf(args), issuedBefore)];
        },
      },
    ],
  ]);

function idOf([id]: List): string {
  if (typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH) return id;
  throw new WampError(Uri.invalidArgument, ['argument 1 is an id']);
}

/** A null stands for an argument that is left out, as some clients write it. */
function timeOf([, time]: List): number | undefined {
  if (time === undefined || time === null) return undefined;
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw new WampError(Uri.invalidArgument, ['argument 2 is a time in Unix seconds']);
}
