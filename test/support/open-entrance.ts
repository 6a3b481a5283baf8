import type { Authenticator } from '../../src/router/authenticator.js';
import type { Entrance } from '../../src/router/entrance.js';
import type { Principal } from '../../src/router/principal.js';
import { isDict } from '../../src/router/protocol/options.js';
import { DEFAULT_SESSION_LIMITS } from '../../src/router/session-limits.js';

/** Who everybody is that comes through {@link openEntrance}. */
export const GUEST: Principal = {
  authid: 'ada',
  authrole: 'user',
  authmethod: 'test',
  authprovider: 'tests',
};

/** Takes everybody's word: HELLO.Details.authid and authextra.role are believed, `ada` and `user` stand in. */
export const believingAuthenticator: Authenticator = {
  authmethod: undefined,
  authenticate: ({ details }) => {
    const { authid, authextra } = details;
    const role = isDict(authextra) ? authextra['role'] : undefined;
    return Promise.resolve({
      ...GUEST,
      ...(typeof authid === 'string' && { authid }),
      ...(typeof role === 'string' && { authrole: role }),
    });
  },
};

/** An entrance where everybody is let in, changed as a test needs it. */
export const openEntrance = (changes: Partial<Entrance> = {}): Entrance => ({
  authenticators: [believingAuthenticator],
  requestIds: 'strict',
  limits: DEFAULT_SESSION_LIMITS,
  ...changes,
});
