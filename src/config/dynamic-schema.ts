import { z } from 'zod';

import { duration } from './duration.js';
import { name, uri } from './scalars.js';

/** The authmethods for which a procedure can decide. */
export const DYNAMIC_AUTHMETHODS = ['anonymous', 'cryptosign', 'ticket', 'wampcra'] as const;

/** Section `auth.dynamic`: procedures that decide who somebody is, as Crossbar's dynamic authenticators. */
export const dynamicSchema = z.array(
  z.strictObject({
    authmethod: z.enum(DYNAMIC_AUTHMETHODS),
    procedure: uri('the name of a procedure'),
    realm: uri('the name of a realm').optional(),
    realms: z.array(uri('the name of a realm')).min(1, { error: 'at least one realm' }),
    roles: z
      .array(name('the name of a role'))
      .min(1, { error: 'at least one role, as no other is granted' }),
    timeout: duration({ min: '10ms', max: '1m' }).optional(),
  }),
);
