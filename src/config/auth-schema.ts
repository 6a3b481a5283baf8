import { z } from 'zod';

import { duration } from './duration.js';
import { dynamicSchema } from './dynamic-schema.js';
import { TOKEN_ALGORITHMS } from '../auth/tokens/token-keys.js';
import { instant } from './instant.js';
import { claimNames, jwksSchema } from './jwks-schema.js';
import { authmethods } from './listener-schema.js';
import { anonymousSchema, scramSchema, tlsMethodSchema, wampcraSchema } from './method-schema.js';
import { providersSchema } from './provider-schema.js';
import { count, flag, name, text, uri } from './scalars.js';
import { ticketSchema } from './ticket-schema.js';
import { usersProviderSchema } from './users-provider-schema.js';
import { cookieName, webAppShape } from './web-app-schema.js';

const filePath = () => text('the path of a file');

const jwtKeySchema = z.strictObject({
  kid: name('the id of a key').optional(),
  alg: z.enum(TOKEN_ALGORITHMS),
  secret: text('a secret').optional(),
  secret_file: filePath().optional(),
  public_key: text('a public key in PEM').optional(),
  public_key_file: filePath().optional(),
  private_key: text('a private key in PEM').optional(),
  private_key_file: filePath().optional(),
  sign: flag().default(false),
  not_after: instant().optional(),
  issuer: text('the issuer of this key: text').optional(),
  audience: text('the audience of this key: text').optional(),
  claims: claimNames(),
  require: z.array(name('the name of a claim')).optional(),
});

/** Section `auth`: who may log in, and how a token is issued and checked. */
export const authSchema = z.strictObject({
  users: usersProviderSchema,
  jwt: z.strictObject({
    issuer: text('the issuer of tokens: text'),
    audience: text('the audience of tokens: text'),
    ttl: duration({ min: '1s', max: '24d' }),
    max_ttl: duration({ min: '1s', max: '24d' }),
    clock_tolerance: duration({ min: '0s', max: '60s' }),
    keys: z.array(jwtKeySchema),
    jwks: z.array(jwksSchema),
  }),
  ticket: ticketSchema,
  session: z.strictObject({
    cookie: cookieName(),
    secret: text('a secret').optional(),
    secret_file: filePath().optional(),
    previous_secret: text('a secret').optional(),
    previous_secret_file: filePath().optional(),
    ttl: duration({ min: '1s', max: '24d' }),
    max: count('a number of sessions', 1, 10_000_000),
    file: filePath().nullable(),
    ...webAppShape,
  }),
  revocation: z.strictObject({
    file: filePath().nullable(),
    max: count('a number of revocations', 1, 10_000_000),
  }),
  api: z.strictObject({
    realm: uri('the name of a realm').nullable(),
    audience: text('the audience of tokens for the HTTP API: text').nullable(),
  }),
  login: z.strictObject({
    per_ip: count('a number of attempts', 1, 10_000_000),
    per_user: count('a number of attempts', 1, 10_000_000),
    window: duration({ min: '1s', max: '24h' }),
    lock: duration({ min: '1s', max: '24h' }),
    max_lock: duration({ min: '1s', max: '24h' }),
  }),
  query_token: flag(),
  anonymous: anonymousSchema,
  wampcra: wampcraSchema,
  scram: scramSchema,
  tls: tlsMethodSchema,
  order: authmethods(),
  providers: providersSchema,
  dynamic: dynamicSchema,
});

/** A key of `auth.jwt.keys` as written. */
export type JwtKeyInput = z.output<typeof jwtKeySchema>;
