import { z } from 'zod';

import { duration } from './duration.js';
import { count, flag, text } from './scalars.js';

/** Section `auth.users`: where users come from. */
export const usersProviderSchema = z.strictObject({
  provider: z.enum(['file', 'postgres', 'module']),
  path: text('the path of a file').nullable(),
  reload: flag(),
  rehash: flag(),
  postgres: z.strictObject({
    url: text('a URL such as postgres://user:password@host/database', isPostgresUrl).optional(),
    url_file: text('the path of a file').optional(),
    pool: count('a number of connections', 1, 100),
    timeout: duration({ min: '100ms', max: '60s' }),
    cache: duration({ min: '0s', max: '10s' }),
    poll: duration({ min: '500ms', max: '60s' }),
    rehash: flag(),
  }),
  module: z.strictObject({
    path: text('the path of a file').nullable(),
    timeout: duration({ min: '100ms', max: '60s' }),
    options: z.record(z.string(), z.unknown(), { error: 'a mapping' }),
  }),
});

/** Whether it names a PostgreSQL server. */
export function isPostgresUrl(value: string): boolean {
  return /^postgres(?:ql)?:\/\//u.test(value) && URL.canParse(value);
}
