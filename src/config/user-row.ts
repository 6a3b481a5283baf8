import { toEntry } from './users-file.js';
import { userFields } from './users-schema.js';
import type { UserEntry } from '../auth/users/user-table.js';

/**
 * The user that a database row describes, with the names that the users file has; null and an empty list stand for nothing. Throws, naming the columns that
 * are wrong and never what is in them.
 */
export function toUserEntry(row: Readonly<Record<string, unknown>>): UserEntry {
  const there = Object.entries(row).filter(([, value]) => !isNothing(value));
  const result = userFields.safeParse(Object.fromEntries(there));
  if (result.success) return toEntry(result.data);
  const columns = new Set(result.error.issues.map(({ path }) => path.join('.')));
  throw new Error(`these columns are not as they must be: ${[...columns].join(', ')}`);
}

const isNothing = (value: unknown): boolean =>
  value === null || (Array.isArray(value) && value.length === 0);
