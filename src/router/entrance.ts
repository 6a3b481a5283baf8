import type { Authenticator } from './authenticator.js';
import type { SessionLimits } from './session-limits.js';
import type { RequestIds } from './session.js';

/** What a listener decides once for all its connections: where one came in says how it is treated. */
export interface Entrance {
  /** The ways in, in the server's order of preference. None: nobody gets in. */
  readonly authenticators: readonly Authenticator[];
  readonly requestIds: RequestIds;
  /** Bounds of its sessions where their role sets none. */
  readonly limits: SessionLimits;
  /** Whether connections from one address that have not joined are limited too, not only those of all. Default true. */
  readonly limitsAddresses?: boolean;
}
