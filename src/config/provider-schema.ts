import { z } from 'zod';

import { duration } from './duration.js';
import { name, text, uri } from './scalars.js';

/** Schema of a name that is part of a provider's URIs: `thruway.auth.<name>.onhello`. */
const methodName = () =>
  text('the name of an authmethod: 1 to 64 letters, digits, - or _', (value) =>
    /^[\w-]{1,64}$/.test(value),
  );

const realmNames = () =>
  z.array(uri('the name of a realm')).min(1, { error: 'at least one realm' });

const roleNames = () =>
  z
    .array(name('the name of a role'))
    .min(1, { error: 'at least one role, as no other is granted' });

/** Section `auth.providers`: who may answer for authmethods from outside of the router, as providers of Thruway's kind. */
export const providersSchema = z.strictObject({
  listeners: z.array(name('the name of a listener')),
  roles: z.array(name('the name of a role')),
  methods: z.array(
    z.strictObject({
      name: methodName(),
      realms: realmNames(),
      roles: roleNames(),
      timeout: duration({ min: '10ms', max: '1m' }).optional(),
    }),
  ),
});
