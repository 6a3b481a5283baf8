import { z } from 'zod';

import { authSchema } from './auth-schema.js';
import { duration } from './duration.js';
import { expiryAction, expiryGrace } from './expiry-schema.js';
import { limitsSchema } from './limits-schema.js';
import { listenersSchema, publicSchema, trustedSchema } from './listener-schema.js';
import { realmsSchema } from './realm-schema.js';

/**
 * The configuration's shape. Unknown keys are refused. Defaults are not here but in
 * config/default.yaml, upon which every configuration is laid; only the items of lists have theirs here.
 */
export const configSchema = z.strictObject({
  public: publicSchema,
  trusted: trustedSchema,
  listeners: listenersSchema,
  realms: realmsSchema,
  auth: authSchema,
  limits: limitsSchema,
  expiry: z.strictObject({
    grace: expiryGrace(),
    action: expiryAction(),
    refresh_at: z.number({ error: 'a fraction from 0.1 to 0.95' }).min(0.1).max(0.95),
  }),
  drain: z.strictObject({ duration: duration({ min: '0s', max: '1h' }) }),
  log: z.strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    format: z.literal('json'),
  }),
});

/** A checked configuration with the names of the file; durations in ms, sizes in bytes, secrets not read yet. */
export type ConfigInput = z.output<typeof configSchema>;
