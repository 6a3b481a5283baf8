import { AuthenticationRefused, Uri, type Principal } from '../../router/index.js';

/**
 * Throws AuthenticationRefused unless a client that says who it is (HELLO.Details.authid) is who it proves to be. Saying nothing says
 * nothing; neither does "anonymous", which Thruway's clients send when their program gave no authid.
 */
export function checkClaimedAuthid(claimed: unknown, { authid, proof }: Principal): void {
  if (claimed === undefined || claimed === null || claimed === 'anonymous') return;
  // Who has only a token knows the user as its `sub` says.
  if (claimed === authid || claimed === proof?.subject) return;
  throw new AuthenticationRefused(Uri.authenticationDenied, 'authid_mismatch');
}
