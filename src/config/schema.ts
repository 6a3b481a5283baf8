import { z } from 'zod';

import { authSchema } from './auth-schema.js';
import { duration } from './duration.js';
import { limitsSchema, trustedLimitsSchema } from './limits-schema.js';
import { realmsSchema } from './realm-schema.js';
import { hostName, loopbackHost, name, network, port, text, webOrigin } from './scalars.js';

const requestIds = () => z.enum(['strict', 'lenient']);

const publicSchema = z.strictObject({
  host: text('a host name or IP address'),
  port: port(),
  ws_path: text('a path such as /ws', (value) => /^\/[\w./~-]{0,127}$/.test(value)),
  allowed_origins: z.array(webOrigin()),
  trust_proxy: z.array(network()),
  request_ids: requestIds(),
});

const trustedSchema = z.strictObject({
  host: loopbackHost(),
  port: port(),
  unix: text(
    'the absolute path of a Unix socket, at most 100 bytes',
    (value) => value.startsWith('/') && Buffer.byteLength(value) <= 100,
  ).nullable(),
  mode: text('an octal file mode in quotes such as "0660"', (value) => /^0[0-7]{3}$/.test(value)),
  role: name('the name of a role'),
  request_ids: requestIds(),
  allowed_hosts: z.array(hostName()),
  limits: trustedLimitsSchema,
});

/**
 * The configuration's shape. Unknown keys are refused. Defaults are not here but in
 * config/default.yaml, upon which every configuration is laid; only the items of lists have theirs here.
 */
export const configSchema = z.strictObject({
  public: publicSchema,
  trusted: trustedSchema,
  realms: realmsSchema,
  auth: authSchema,
  limits: limitsSchema,
  expiry: z.strictObject({
    grace: duration({ min: '0s', max: '1h' }),
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
