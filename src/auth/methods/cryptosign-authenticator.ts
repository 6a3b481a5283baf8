import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  AuthenticationRefused,
  isDict,
  Uri,
  type AuthenticationRequest,
  type Authenticator,
  type Principal,
  type TransportDetails,
} from '../../router/index.js';
import type { User, UserProvider } from '../users/user-provider.js';
import { fromHex, sameBytes } from './proof-bytes.js';
import { requiredAuthid, type UserProofs } from './user-proofs.js';

/** What a {@link CryptosignAuthenticator} needs. */
export interface CryptosignAuthenticatorOptions {
  readonly proofs: UserProofs;
}

const CRYPTOSIGN = 'cryptosign';
const KEY_BYTES = 32;
const CHALLENGE_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** What a message is XORed with before it is signed, and the name of where that comes from. */
interface Channel {
  readonly type: string;
  readonly id: Buffer;
}

/**
 * Authmethod `cryptosign` (WAMP 13.4): the client signs a challenge with the Ed25519 key whose public half the user has. Which user is told
 * by authid or, without one, by the key. Bound to the TLS connection where the client asks for that and the connection can be named. An
 * unknown key is challenged like any other. Certificates and trustroots (13.4.4) are not supported.
 */
export class CryptosignAuthenticator implements Authenticator {
  readonly authmethod = CRYPTOSIGN;
  readonly #proofs: UserProofs;

  constructor(options: CryptosignAuthenticatorOptions) {
    this.#proofs = options.proofs;
  }

  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    const { authextra } = request.details;
    const extra = isDict(authextra) ? authextra : {};
    const key = fromHex(extra['pubkey'], KEY_BYTES);
    if (key === undefined) {
      const message = 'authextra.pubkey must be an Ed25519 public key, in hexadecimal digits';
      throw new AuthenticationRefused(Uri.authenticationDenied, message);
    }
    const hex = key.toString('hex');
    const name = isNamed(request) ? requiredAuthid(request) : hex;
    const user = await findHolder(this.#proofs.users, name, hex);
    const channel = channelOf(extra['channel_binding'], request.transport);
    const challenge = randomBytes(CHALLENGE_BYTES);
    const { signature } = await request.challenge(CRYPTOSIGN, {
      challenge: challenge.toString('hex'),
      channel_binding: channel?.type ?? null,
    });
    const message = channel === undefined ? challenge : xor(challenge, channel.id);
    const isRight = isSigned(message, signature, key);
    return this.#proofs.conclude({ authmethod: CRYPTOSIGN, name, user, isRight }, request);
  }
}

/** Thruway's clients say "anonymous" when their program gave no authid. */
const isNamed = ({ details }: AuthenticationRequest): boolean =>
  ![undefined, null, 'anonymous'].includes(details['authid'] as string | null | undefined);

/** The user of this name, if the key is one of his; the user whose key it is, where the key stands for the name. */
async function findHolder(
  users: UserProvider,
  name: string,
  key: string,
): Promise<User | undefined> {
  if (name === key) return users.findByPublicKey?.(key);
  const user = await users.find(name);
  return user?.credentials?.publicKeys?.includes(key) === true ? user : undefined;
}

/**
 * The channel to bind to. A binding that the connection does not have is left out, as the specification lets a router do: the client, which
 * sees that in CHALLENGE, is the one to insist.
 */
function channelOf(wanted: unknown, { tls }: TransportDetails): Channel | undefined {
  if (typeof wanted !== 'string') return undefined;
  const data = tls?.channelBinding(wanted);
  if (data === undefined) return undefined;
  // A Finished message is not of 32 bytes; the clients that there are take its hash.
  return { type: wanted, id: wanted === 'tls-unique' ? sha256(data) : data };
}

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();

const xor = (one: Buffer, other: Buffer): Buffer =>
  Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));

/** Whether AUTHENTICATE holds the signature of the message, and then the message itself. */
function isSigned(message: Buffer, proof: string, key: Buffer): boolean {
  const bytes = fromHex(proof, SIGNATURE_BYTES + CHALLENGE_BYTES);
  if (bytes === undefined || !sameBytes(bytes.subarray(SIGNATURE_BYTES), message)) return false;
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    return verify(null, message, publicKey, bytes.subarray(0, SIGNATURE_BYTES));
  } catch {
    // Not every 32 bytes are a point of the curve.
    return false;
  }
}
