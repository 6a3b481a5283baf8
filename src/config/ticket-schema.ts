import { z } from 'zod';

import { duration } from './duration.js';
import { count, flag, name, text } from './scalars.js';

/** What authmethod `ticket` can take as a ticket. */
export const TICKET_KINDS = ['single_use', 'backend', 'jwt', 'dynamic', 'password'] as const;

/** Section `auth.ticket`. */
export const ticketSchema = z.strictObject({
  kinds: z
    .array(z.enum(TICKET_KINDS))
    .refine((list) => new Set(list).size === list.length, { error: 'each kind once' }),
  ttl: duration({ min: '1s', max: '1h' }),
  session: duration({ min: '1s', max: '24d' }),
  max: count('a number of tickets', 1, 10_000_000),
  max_per_user: count('a number of tickets', 1, 1000),
  bind_address: flag(),
  backend_key: text('a key').optional(),
  backend_key_file: text('the path of a file').optional(),
  backend_roles: z.array(name('the name of a role')),
  backend_max_ttl: duration({ min: '1s', max: '24h' }),
});
