import { createHash, createHmac } from 'node:crypto';
import { sameBytes } from './proof-bytes.js';

/** What the server keeps of a password (RFC 5802, 3). */
export interface ScramKeys {
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** What the messages of an exchange say, from HELLO to AUTHENTICATE. */
export interface ScramExchange {
  /** HELLO.Details.authid. */
  readonly authid: string;
  /** HELLO.Details.authextra.nonce. */
  readonly clientNonce: string;
  /** CHALLENGE.Extra. */
  readonly nonce: string;
  readonly salt: string;
  readonly iterations: number;
  /** The channel binding and its data; undefined: none. */
  readonly channel: { readonly type: string; readonly data: Buffer } | undefined;
}

/** The keys of a salted password. */
export function scramKeysOf(saltedPassword: Buffer | string): ScramKeys {
  const clientKey = hmac(saltedPassword, 'Client Key');
  return { storedKey: sha256(clientKey), serverKey: hmac(saltedPassword, 'Server Key') };
}

/** What both sides sign: RFC 5802's AuthMessage, as WAMP 13.3 puts it together. */
export function authMessage(exchange: ScramExchange): string {
  const { channel } = exchange;
  const flag = channel === undefined ? 'n,,' : `p=${channel.type},,`;
  const binding = Buffer.concat([Buffer.from(flag), channel?.data ?? Buffer.alloc(0)]);
  const name = exchange.authid.replaceAll('=', '=3D').replaceAll(',', '=2C');
  return joined(exchange, name, binding.toString('base64'));
}

/** The same as autobahn for Python and Crossbar have it: nothing escaped, and no channel binding flag. */
export const autobahnAuthMessage = (exchange: ScramExchange, normalized: string): string =>
  joined(exchange, normalized, '');

/** Whether a proof is that of who has the password (RFC 5802, 3). */
export function isClientProof(proof: Buffer, { storedKey }: ScramKeys, message: string): boolean {
  const signature = hmac(storedKey, message);
  if (proof.length !== signature.length) return false;
  const clientKey = Buffer.from(proof.map((byte, index) => byte ^ (signature[index] ?? 0)));
  return sameBytes(sha256(clientKey), storedKey);
}

/** By which the server shows that it has the keys. */
export const serverSignature = ({ serverKey }: ScramKeys, message: string): string =>
  hmac(serverKey, message).toString('base64');

function joined(exchange: ScramExchange, name: string, binding: string): string {
  const { clientNonce, nonce, salt, iterations } = exchange;
  const serverFirst = `r=${nonce},s=${salt},i=${iterations}`;
  return `n=${name},r=${clientNonce},${serverFirst},c=${binding},r=${nonce}`;
}

const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
