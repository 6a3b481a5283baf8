import { z } from 'zod';

import { TOKEN_ALGORITHMS } from '../auth/tokens/token-keys.js';
import { duration } from './duration.js';
import { isLoopback, name, text } from './scalars.js';

/** Only what has a public half: nobody publishes a secret. */
const ALGORITHMS = TOKEN_ALGORITHMS.filter((each) => !each.startsWith('HS'));

const keyAddress = () =>
  text('an https: URL, or an http: URL of this machine, without a password', (value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, hostname, username, password, hash } = new URL(value);
    const isPlain = username === '' && password === '' && hash === '';
    const host = hostname.replace(/^\[|\]$/g, '');
    return isPlain && (protocol === 'https:' || (protocol === 'http:' && isLoopback(host)));
  });

/** Schema of which claim names the user. */
export const claimNames = () =>
  z
    .strictObject({
      authid: name('the name of a claim').optional(),
      user_id: name('the name of a claim').optional(),
    })
    .refine(({ authid, user_id }) => authid === undefined || user_id === undefined, {
      error: 'either authid or user_id',
    })
    .optional();

/** An item of `auth.jwt.jwks`. */
export const jwksSchema = z.strictObject({
  uri: keyAddress(),
  issuer: text('the issuer of these tokens: text'),
  audience: text('the audience of these tokens: text').optional(),
  algorithms: z
    .array(z.enum(ALGORITHMS))
    .min(1, { error: 'at least one algorithm' })
    .default(['RS256']),
  claims: claimNames(),
  require: z.array(name('the name of a claim')).optional(),
  cache: duration({ min: '1s', max: '24h' }).default(600_000),
  cooldown: duration({ min: '1s', max: '1h' }).default(30_000),
  timeout: duration({ min: '100ms', max: '30s' }).default(3_000),
});
