import { createHmac, randomBytes } from 'node:crypto';
import type { AuthenticationRequest, Authenticator, Dict, Principal } from '../../router/index.js';
import type { User, WampCraCredentials } from '../users/user-provider.js';
import type { Decoy } from './decoy.js';
import { sameBytes } from './proof-bytes.js';
import { requiredAuthid, type UserProofs } from './user-proofs.js';

/** What a {@link WampCraAuthenticator} needs. */
export interface WampCraAuthenticatorOptions {
  readonly proofs: UserProofs;
  readonly decoy: Decoy;
  /** The iterations that an unknown user seems to have; 0: its secret seems not to be salted. */
  readonly decoyIterations: number;
  /** The roles of which an unknown user seems to have one. */
  readonly decoyRoles: readonly string[];
}

const WAMPCRA = 'wampcra';
const NONCE_BYTES = 16;
const SALT_BYTES = 16;
/** What an entry that is salted has unless it says otherwise. */
const DEFAULT_ITERATIONS = 1000;
const DEFAULT_KEYLEN = 32;

/**
 * Authmethod `wampcra` (WAMP 13.2): the client signs the challenge by HMAC-SHA256 with the shared secret or, where it is salted, with the
 * key derived from it. The client derives; here a proof costs one HMAC. Who is unknown is challenged like everybody else.
 */
export class WampCraAuthenticator implements Authenticator {
  readonly authmethod = WAMPCRA;
  readonly #options: WampCraAuthenticatorOptions;

  constructor(options: WampCraAuthenticatorOptions) {
    this.#options = options;
  }

  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    const { proofs } = this.#options;
    const name = requiredAuthid(request);
    const user = await proofs.users.find(name);
    const known = user?.credentials?.wampcra;
    const credentials = known ?? this.#decoyCredentials(name);
    const challenge = this.#challengeFor(name, known && user, request);
    const { signature } = await request.challenge(WAMPCRA, {
      challenge,
      ...saltingOf(credentials),
    });
    const expected = createHmac('sha256', credentials.secret).update(challenge).digest('base64');
    const isRight = sameBytes(expected, signature);
    return proofs.conclude({ authmethod: WAMPCRA, name, user: known && user, isRight }, request);
  }

  /** The JSON text that is signed; three-legged authentication reads it, so it names all that the signature grants. */
  #challengeFor(name: string, user: User | undefined, { session }: AuthenticationRequest): string {
    const { decoy, decoyRoles } = this.#options;
    return JSON.stringify({
      authid: user?.username ?? name,
      authrole: user?.role ?? decoy.choice('wampcra role', name, decoyRoles),
      authmethod: WAMPCRA,
      authprovider: 'users',
      nonce: randomBytes(NONCE_BYTES).toString('base64url'),
      timestamp: new Date().toISOString(),
      session,
    });
  }

  #decoyCredentials(name: string): WampCraCredentials {
    const { decoy, decoyIterations: iterations } = this.#options;
    const secret = decoy.bytes('wampcra secret', name, DEFAULT_KEYLEN).toString('base64');
    if (iterations === 0) return { secret };
    const salt = decoy.bytes('wampcra salt', name, SALT_BYTES).toString('base64');
    return { secret, salt, iterations };
  }
}

const saltingOf = ({ salt, iterations, keylen }: WampCraCredentials): Dict =>
  salt === undefined
    ? {}
    : {
        salt,
        iterations: iterations ?? DEFAULT_ITERATIONS,
        keylen: keylen ?? DEFAULT_KEYLEN,
      };
