import { z } from 'zod';

import { isUri } from '../router/index.js';
import { roleLimitsSchema } from './limits-schema.js';
import { flag, name, uri } from './scalars.js';

const permissionSchema = z
  .strictObject({
    uri: z.string({ error: 'a URI or the beginning of one' }).max(255),
    match: z.enum(['exact', 'prefix', 'wildcard']).default('exact'),
    allow: z
      .strictObject({
        // What is left out is left to less specific permissions, and denied where there are none.
        publish: flag().optional(),
        subscribe: flag().optional(),
        call: flag().optional(),
        register: flag().optional(),
      })
      .prefault({}),
  })
  .refine(({ uri, match }) => (match === 'exact' ? isUri(uri) : isPattern(uri)), {
    path: ['uri'],
    error:
      'a URI without white space, # or empty components (those need match: prefix or wildcard)',
  });

/** Section `realms`: a realm exists only when it is listed here. */
export const realmsSchema = z.array(
  z.strictObject({
    name: uri('the name of a realm'),
    roles: z.array(
      z.strictObject({
        name: name('the name of a role'),
        permissions: z.array(permissionSchema).default([]),
        limits: roleLimitsSchema.default({}),
      }),
    ),
  }),
);

function isPattern(value: string): boolean {
  return value.split('.').every((component) => component === '' || isUri(component));
}
