import { deepEqual, rejects } from 'node:assert/strict';
import { createHmac, generateKeyPairSync, pbkdf2Sync, sign, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { CryptosignAuthenticator } from '../../../src/auth/methods/cryptosign-authenticator.js';
import { Decoy } from '../../../src/auth/methods/decoy.js';
import type { ProofAttempts } from '../../../src/auth/methods/proof-attempts.js';
import { UserProofs } from '../../../src/auth/methods/user-proofs.js';
import { WampCraAuthenticator } from '../../../src/auth/methods/wampcra-authenticator.js';
import { DynamicAuthenticator } from '../../../src/auth/providers/dynamic-authenticator.js';
import { DynamicProofs } from '../../../src/auth/providers/dynamic-proofs.js';
import type { UserProvider } from '../../../src/auth/users/user-provider.js';
import {
  silentLogger,
  WampError,
  type CallResult,
  type Dict,
  type List,
  type Principal,
} from '../../../src/router/index.js';
import { MessageType } from '../../../src/router/protocol/message.js';
import { requestWith } from '../support/authentication-request.js';

const PROCEDURE = 'com.example.authenticate';
const ROLES = ['user'];

const attempts: ProofAttempts = {
  begin: () => Promise.resolve({ settle: () => Promise.resolve(), cancel: () => undefined }),
};

type Answer = (authid: unknown) => unknown;

interface UnderTest {
  readonly method: DynamicProofs;
  /** What the procedure was asked. */
  readonly asked: List[];
}

function makeMethod(authmethod: 'wampcra' | 'cryptosign', answer: Answer): UnderTest {
  const asked: List[] = [];
  const call = (_procedure: string, args: List = []): Promise<CallResult> => {
    asked.push(args);
    return Promise.resolve({ args: [answer(args[1])], kwargs: {} });
  };
  const authenticator = new DynamicAuthenticator({
    authmethod,
    procedure: PROCEDURE,
    clientFor: () => ({ call }),
    realms: ['realm1'],
    roles: ROLES,
    timeoutMs: 1000,
    logger: silentLogger,
  });
  const methodFor = (users: UserProvider): WampCraAuthenticator | CryptosignAuthenticator => {
    const proofs = new UserProofs({ users, attempts, roles: ROLES, logger: silentLogger });
    if (authmethod === 'cryptosign') return new CryptosignAuthenticator({ proofs });
    const decoy = new Decoy('a secret of the application');
    return new WampCraAuthenticator({ proofs, decoy, decoyIterations: 0, decoyRoles: ROLES });
  };
  return { asked, method: new DynamicProofs({ authmethod, authenticator, methodFor }) };
}

const unknown = (): never => {
  throw new WampError('wamp.error.no_such_principal');
};

/** Logs in by WAMP-CRA with what the client derives of its password. */
const logIn = (method: DynamicProofs, password: string): Promise<Principal> =>
  method.authenticate(
    requestWith({
      details: { authid: 'joe' },
      challenge: (_method, { challenge, salt, iterations, keylen }) => {
        const key =
          typeof salt === 'string'
            ? pbkdf2Sync(password, salt, Number(iterations), Number(keylen), 'sha256').toString(
                'base64',
              )
            : password;
        const signature = createHmac('sha256', key).update(String(challenge)).digest('base64');
        return Promise.resolve({ type: MessageType.Authenticate, signature, extra: {} });
      },
    }),
  );

const REFUSED = {
  name: 'AuthenticationRefused',
  reason: 'wamp.error.authentication_denied',
  message: 'invalid_credentials',
};

describe('DynamicProofs of wampcra', () => {
  it('checks the proof against the secret that the procedure tells, asked once', async () => {
    const extra = { shop: 7 };
    const { method, asked } = makeMethod('wampcra', () => ({ role: 'user', secret: 's', extra }));
    deepEqual(await logIn(method, 's'), {
      authid: 'joe',
      authrole: 'user',
      authmethod: 'wampcra',
      authprovider: 'dynamic',
      authextra: extra,
      details: {},
    });
    deepEqual(
      asked.map(([realm, authid]) => [realm, authid]),
      [['realm1', 'joe']],
    );
    await rejects(logIn(method, 'x'), REFUSED);
  });

  it('checks it against the key that was derived with a salt', async () => {
    const salting = { salt: 'salt123', iterations: 100, keylen: 16 };
    const secret = pbkdf2Sync('secret2', 'salt123', 100, 16, 'sha256').toString('base64');
    const { method } = makeMethod('wampcra', () => ({ role: 'user', secret, ...salting }));
    deepEqual((await logIn(method, 'secret2')).authid, 'joe');
    await rejects(logIn(method, 'secret3'), REFUSED);
  });

  it('challenges who is unknown to it, and has no secret there, like everybody else', async () => {
    await rejects(logIn(makeMethod('wampcra', unknown).method, 's'), REFUSED);
    await rejects(logIn(makeMethod('wampcra', () => 'user').method, 's'), REFUSED);
  });

  it('lets nobody in with a role that is not to be granted', async () => {
    const { method } = makeMethod('wampcra', () => ({ role: 'admin', secret: 's' }));
    await rejects(logIn(method, 's'), { reason: 'wamp.error.authentication_failed' });
  });

  it('is for its realms only', () => {
    const { method } = makeMethod('wampcra', unknown);
    deepEqual([method.isFor('realm1'), method.isFor('realm2')], [true, false]);
  });
});

describe('DynamicProofs of cryptosign', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pubkey = Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url').toString(
    'hex',
  );

  const signWith = (method: DynamicProofs, key: KeyObject, details: Dict): Promise<Principal> =>
    method.authenticate(
      requestWith({
        details: { authextra: { pubkey }, ...details },
        challenge: (_method, { challenge }) => {
          const bytes = Buffer.from(String(challenge), 'hex');
          const signature = Buffer.concat([sign(null, bytes, key), bytes]).toString('hex');
          return Promise.resolve({ type: MessageType.Authenticate, signature, extra: {} });
        },
      }),
    );

  it('checks the signature by the key that the procedure tells', async () => {
    const { method } = makeMethod('cryptosign', () => ({ role: 'user', pubkey }));
    const { authid, authprovider } = await signWith(method, privateKey, { authid: 'joe' });
    deepEqual([authid, authprovider], ['joe', 'dynamic']);
    const other = generateKeyPairSync('ed25519').privateKey;
    await rejects(signWith(method, other, { authid: 'joe' }), REFUSED);
  });

  it('takes one of several keys, and the name from the procedure', async () => {
    const { method, asked } = makeMethod('cryptosign', () => ({
      role: 'user',
      authid: 'joe',
      authorized_keys: ['00'.repeat(32), pubkey.toUpperCase()],
    }));
    deepEqual((await signWith(method, privateKey, {})).authid, 'joe');
    deepEqual(asked[0]?.[1], null);
  });

  it('refuses a key that is not among them', async () => {
    const { method } = makeMethod('cryptosign', () => ({ role: 'user', pubkey: '00'.repeat(32) }));
    await rejects(signWith(method, privateKey, { authid: 'joe' }), REFUSED);
  });
});
