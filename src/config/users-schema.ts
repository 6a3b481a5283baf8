import { z } from 'zod';

import { flag, name, text } from './scalars.js';

/** The users file. */
export const usersSchema = z.strictObject({
  users: z.array(
    z.strictObject({
      username: text(
        'a user name: 1 to 128 characters without a colon or control characters (RFC 7617)',
        (value) => /^[^:\p{C}]{1,128}$/u.test(value),
      ),
      role: name('the name of a role'),
      password: text('an argon2id hash, as "expressway hash-password" prints it', (value) =>
        /^\$argon2id\$v=19\$[a-z0-9=,]{5,64}\$[\w+/]{11,128}\$[\w+/]{11,256}$/.test(value),
      ),
      disabled: flag().default(false),
    }),
  ),
});
