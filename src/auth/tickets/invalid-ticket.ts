import { AuthenticationRefused, Uri } from '../../router/index.js';

/** The refusal of any ticket: it does not tell whether the ticket is unknown, spent, expired or somebody else's. */
export const invalidTicket = (): AuthenticationRefused =>
  new AuthenticationRefused(Uri.authenticationDenied, 'invalid_ticket');
