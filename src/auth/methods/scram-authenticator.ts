import { randomBytes } from 'node:crypto';
import {
  AuthenticationRefused,
  isDict,
  Uri,
  type Authenticate,
  type AuthenticationRequest,
  type Authenticator,
  type Dict,
  type Principal,
} from '../../router/index.js';
import type { ScramCredentials, UserCredentials } from '../users/user-provider.js';
import type { Decoy } from './decoy.js';
import { fromBase64 } from './proof-bytes.js';
import { saslprep } from './saslprep.js';
import {
  authMessage,
  autobahnAuthMessage,
  isClientProof,
  serverSignature,
  type ScramExchange,
  type ScramKeys,
} from './scram-exchange.js';
import { invalidCredentials, requiredAuthid, type UserProofs } from './user-proofs.js';

/** The names of the method: as specified, and as autobahn for Python and Crossbar call theirs. */
export type ScramAuthmethod = 'wamp-scram' | 'scram';

/** What a {@link ScramAuthenticator} needs. */
export interface ScramAuthenticatorOptions {
  readonly authmethod: ScramAuthmethod;
  readonly proofs: UserProofs;
  readonly decoy: Decoy;
  /** How the password of an unknown user seems to be salted. */
  readonly decoyDerivation: Pick<ScramCredentials, 'kdf' | 'iterations' | 'memory'>;
}

const NONCE_BYTES = 16;
const MAX_NONCE_LENGTH = 256;
const SALT_BYTES = 16;

/** Keys and the message that they sign: what a proof may be made of. */
interface Candidate {
  readonly keys: ScramKeys;
  readonly message: string;
}

/**
 * Authmethods `wamp-scram` (WAMP 13.3: RFC 5802 with SHA-256) and `scram`, the same as autobahn for Python has it, where a proof in either form
 * is taken. The client derives; here a proof costs a few HMACs. Who is unknown is challenged like everybody else. Bound to the TLS
 * connection where the client asks for that, or refused (`tls-unique`, `tls-exporter`; not `tls-server-end-point`).
 */
export class ScramAuthenticator implements Authenticator {
  readonly authmethod: ScramAuthmethod;
  readonly #options: ScramAuthenticatorOptions;

  constructor(options: ScramAuthenticatorOptions) {
    this.authmethod = options.authmethod;
    this.#options = options;
  }

  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    const { proofs } = this.#options;
    const { authmethod } = this;
    const authid = requiredAuthid(request);
    const name = saslprep(authid) ?? authid;
    const { nonce: clientNonce, channel } = parseHello(request);
    const user = await proofs.users.find(name);
    const known = user?.credentials?.scram;
    const credentials = known ?? this.#decoyCredentials(name);
    const { salt, iterations } = credentials;
    const nonce = `${clientNonce}${randomBytes(NONCE_BYTES).toString('base64')}`;
    const exchange = { authid, clientNonce, nonce, salt, iterations, channel };
    const extra = { nonce, ...this.#derivationOf(credentials) };
    const answer = await request.challenge(authmethod, extra);
    const proven = this.#prove(answer, exchange, credentials, name);
    const checked = { authmethod, name, user: known && user, isRight: proven !== undefined };
    return proofs.conclude(
      { ...checked, authextra: proven ?? {}, refusal: { scram: 'invalid-proof' } },
      request,
    );
  }

  /** CHALLENGE.Extra but its nonce: autobahn bears no key that it does not know, and no memory that is null. */
  #derivationOf({ kdf, salt, iterations, memory }: ScramCredentials): Dict {
    if (this.authmethod === 'scram') {
      return { salt, kdf, iterations, ...(memory === undefined ? {} : { memory }) };
    }
    const name = kdf === 'argon2id-13' ? 'argon2id13' : kdf;
    return { salt, kdf: name, iterations, memory: memory ?? null };
  }

  /** What WELCOME tells who has given a proof; undefined: it is none. */
  #prove(
    { signature, extra }: Authenticate,
    exchange: ScramExchange,
    credentials: ScramCredentials,
    name: string,
  ): Dict | undefined {
    const proof = fromBase64(signature);
    const isComplete = isDict(extra) && this.#repeats(extra, exchange);
    if (proof === undefined || !isComplete) return undefined;
    const found = this.#candidates(exchange, credentials, name).find(({ keys, message }) =>
      isClientProof(proof, keys, message),
    );
    if (found === undefined) return undefined;
    const verifier = serverSignature(found.keys, found.message);
    if (this.authmethod === 'wamp-scram') return { verifier };
    return { verifier, scram_server_signature: verifier };
  }

  /** Whether AUTHENTICATE says again what went before. autobahn says nothing there: its proof is over the nonce all the same. */
  #repeats(extra: Dict, { nonce, channel }: ScramExchange): boolean {
    if (this.authmethod === 'scram' && Object.keys(extra).length === 0)
      return channel === undefined;
    const binding = extra['channel_binding'] ?? undefined;
    const data = extra['cbind_data'] ?? undefined;
    return (
      extra['nonce'] === nonce &&
      binding === channel?.type &&
      data === channel?.data.toString('base64')
    );
  }

  #candidates(
    exchange: ScramExchange,
    credentials: ScramCredentials,
    name: string,
  ): readonly Candidate[] {
    const keys = keysOf(credentials);
    const specified = { keys, message: authMessage(exchange) };
    if (this.authmethod === 'wamp-scram') return [specified];
    const message = autobahnAuthMessage(exchange, name);
    const { autobahn } = credentials;
    return [specified, { keys: autobahn === undefined ? keys : keysOf(autobahn), message }];
  }

  #decoyCredentials(name: string): NonNullable<UserCredentials['scram']> {
    const { decoy, decoyDerivation } = this.#options;
    const bytes = (purpose: string, length: number): string =>
      decoy.bytes(`scram ${purpose}`, name, length).toString('base64');
    return {
      ...decoyDerivation,
      salt: bytes('salt', SALT_BYTES),
      storedKey: bytes('stored key', 32),
      serverKey: bytes('server key', 32),
    };
  }
}

/** What HELLO says for SCRAM. Throws AuthenticationRefused. */
function parseHello({ details, transport }: AuthenticationRequest): {
  readonly nonce: string;
  readonly channel: ScramExchange['channel'];
} {
  const extra = isDict(details['authextra']) ? details['authextra'] : {};
  const nonce = extra['nonce'];
  if (typeof nonce !== 'string' || !isNonce(nonce)) {
    const message = 'authextra.nonce must be random bytes in Base64';
    throw new AuthenticationRefused(Uri.authenticationDenied, message, {
      scram: 'invalid-encoding',
    });
  }
  const type = extra['channel_binding'] ?? undefined;
  if (type === undefined) return { nonce, channel: undefined };
  const data = typeof type === 'string' ? transport.tls?.channelBinding(type) : undefined;
  if (typeof type === 'string' && data !== undefined) return { nonce, channel: { type, data } };
  throw invalidCredentials({ scram: 'unsupported-channel-binding-type' });
}

const isNonce = (nonce: string): boolean =>
  nonce.length <= MAX_NONCE_LENGTH && (fromBase64(nonce)?.length ?? 0) > 0;

const keysOf = ({
  storedKey,
  serverKey,
}: Pick<ScramCredentials, 'storedKey' | 'serverKey'>): ScramKeys => ({
  storedKey: Buffer.from(storedKey, 'base64'),
  serverKey: Buffer.from(serverKey, 'base64'),
});
