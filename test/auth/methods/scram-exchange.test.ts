import { deepEqual, equal } from 'node:assert/strict';
import { pbkdf2Sync } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  authMessage,
  autobahnAuthMessage,
  isClientProof,
  scramKeysOf,
  serverSignature,
} from '../../../src/auth/methods/scram-exchange.js';

// RFC 7677, 3; the same proof and signature stand in the examples of WAMP 13.3 (SC-10).
const exchange = {
  authid: 'user',
  clientNonce: 'rOprNGfwEbeRWgbNEkqO',
  nonce: 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
  iterations: 4096,
  channel: undefined,
};
const salt = Buffer.from(exchange.salt, 'base64');
const keys = scramKeysOf(pbkdf2Sync('pencil', salt, 4096, 32, 'sha256'));
const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');

describe('a SCRAM exchange', () => {
  it('takes the proof of RFC 7677 and signs as it does', () => {
    const message = authMessage(exchange);
    equal(isClientProof(proof, keys, message), true);
    equal(serverSignature(keys, message), '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it('takes no other proof', () => {
    const message = authMessage(exchange);
    for (const [index, byte] of proof.entries()) {
      const other = Buffer.from(proof);
      other[index] = byte ^ 1;
      equal(isClientProof(other, keys, message), false);
    }
    for (const other of [proof.subarray(1), Buffer.alloc(0), Buffer.concat([proof, proof])]) {
      equal(isClientProof(other, keys, message), false);
    }
    equal(isClientProof(proof, keys, authMessage({ ...exchange, nonce: 'other' })), false);
  });

  it('escapes the name, and names the channel that it is bound to', () => {
    const bound = {
      ...exchange,
      authid: 'a=b,c',
      channel: { type: 'tls-unique', data: Buffer.from('x') },
    };
    const message = authMessage(bound);
    equal(message.startsWith('n=a=3Db=2Cc,r='), true);
    const binding = /,c=([^,]+),/.exec(message)?.[1] ?? '';
    deepEqual(Buffer.from(binding, 'base64').toString(), 'p=tls-unique,,x');
  });

  it('has for autobahn a message without flag and escapes', () => {
    equal(
      autobahnAuthMessage({ ...exchange, nonce: 'N', clientNonce: 'C', salt: 'S' }, 'a,b'),
      'n=a,b,r=C,r=N,s=S,i=4096,c=,r=N',
    );
  });
});
