import { z } from 'zod';

import { isUri } from '../router/index.js';
import { byteSize } from './byte-size.js';
import { duration } from './duration.js';
import { expiryAction, expiryGrace } from './expiry-schema.js';
import { roleLimitsSchema } from './limits-schema.js';
import { count, flag, name, uri } from './scalars.js';

const MANY = 10_000_000;
const match = () => z.enum(['exact', 'prefix', 'wildcard']).default('exact');

/** Refuses what is no URI where exactly one is meant, and what is no beginning or pattern of one elsewhere. */
const fits = ({ uri, match }: { readonly uri: string; readonly match: string }): boolean =>
  match === 'exact' ? isUri(uri) : isPattern(uri);
const UNFIT = {
  path: ['uri'],
  error: 'a URI without white space, # or empty components (those need match: prefix or wildcard)',
};
const pattern = () => z.string({ error: 'a URI or the beginning of one' }).max(255);

const permissionSchema = z
  .strictObject({
    uri: pattern(),
    match: match(),
    allow: z
      .strictObject({
        // What is left out is left to less specific permissions, and denied where there are none.
        publish: flag().optional(),
        subscribe: flag().optional(),
        call: flag().optional(),
        register: flag().optional(),
      })
      .prefault({}),
    disclose: z
      .strictObject({
        // Likewise, and left to the realm's `disclosure` in the end.
        caller: flag().optional(),
        publisher: flag().optional(),
      })
      .prefault({}),
  })
  .refine(fits, UNFIT);

const retentionSchema = z.strictObject({
  topics: count('a number of topics', 0, MANY).default(10_000),
  bytes: byteSize({ min: '1KiB', max: '16GiB' }).prefault('64MiB'),
  ttl: duration().optional(),
});

const historySchema = z
  .strictObject({
    uri: pattern(),
    match: match(),
    events: count('a number of events', 1, MANY).default(1000),
    max_age: duration().optional(),
  })
  .refine(fits, UNFIT);

/** What is done as Thruway does it; each is off unless it is switched on. */
const thruwaySchema = z.strictObject({
  state_handlers: flag().default(false),
  multiregister: flag().default(false),
  replace_orphaned_session: flag().default(false),
  meta_events: flag().default(false),
  authorization: flag().default(false),
});

/** Section `realms`: a realm exists only when it is listed here. */
export const realmsSchema = z.array(
  z.strictObject({
    name: uri('the name of a realm'),
    disclosure: z.enum(['never', 'on_request', 'always']).default('on_request'),
    uri_check: z.enum(['loose', 'strict']).default('loose'),
    retention: retentionSchema.prefault({}),
    history: z.array(historySchema).default([]),
    call_queue: count('a number of calls', 0, MANY).default(1000),
    force_reregister: flag().default(false),
    thruway: thruwaySchema.prefault({}),
    expiry: z
      .strictObject({ grace: expiryGrace().optional(), action: expiryAction().optional() })
      .prefault({}),
    roles: z.array(
      z.strictObject({
        name: name('the name of a role'),
        trust_level: count('a trust level', 0, MANY).optional(),
        permissions: z.array(permissionSchema).default([]),
        authorizer: uri('the URI of a procedure').optional(),
        limits: roleLimitsSchema.default({}),
      }),
    ),
  }),
);

function isPattern(value: string): boolean {
  return value.split('.').every((component) => component === '' || isUri(component));
}
