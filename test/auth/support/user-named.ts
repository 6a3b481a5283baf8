import type { User } from '../../../src/auth/users/user-provider.js';

/** A user with one role, whose id is the name. */
export const userNamed = (username: string, role = 'user'): User => ({
  id: username,
  username,
  role,
  roles: [role],
});
