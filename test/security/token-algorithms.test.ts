// J1: every algorithm that a key may name, against the started application; signatures are made without the library that verifies them.
import { deepEqual, equal } from 'node:assert/strict';
import { constants, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { TOKEN_ALGORITHMS, type TokenAlgorithm } from '../../src/auth/tokens/token-keys.js';
import { TOKEN_SECRET } from '../config/configuration-folder.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { goodClaims } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';

const REFUSED = [3, { message: 'invalid_token' }, 'wamp.error.authentication_denied'];

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curves = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
};

const pairFor = (alg: TokenAlgorithm) =>
  alg === 'ES256' || alg === 'ES384' || alg === 'ES512' ? curves[alg] : rsa;

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose header names `claimed`, and that is signed with the key and algorithm `alg`. */
function tokenBy(alg: TokenAlgorithm, claimed: string = alg): string {
  const input = `${encode({ alg: claimed, typ: 'JWT', kid: alg })}.${encode(goodClaims())}`;
  return `${input}.${signatureBy(alg, Buffer.from(input)).toString('base64url')}`;
}

function signatureBy(alg: TokenAlgorithm, input: Buffer): Buffer {
  const hash = `sha${alg.slice(2)}`;
  const key = pairFor(alg).privateKey;
  switch (alg.slice(0, 2)) {
    case 'HS':
      return createHmac(hash, TOKEN_SECRET).update(input).digest();
    case 'PS':
      return sign(hash, input, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    default:
      return sign(hash, input, { key, dsaEncoding: 'ieee-p1363' });
  }
}

const keyFor = (alg: TokenAlgorithm): object =>
  alg.startsWith('HS')
    ? { kid: alg, alg, secret: TOKEN_SECRET }
    : { kid: alg, alg, public_key: pemOf(pairFor(alg).publicKey) };

describe('a token by a key of', () => {
  const answersOf = async (t: TestContext, tokens: readonly string[]): Promise<unknown[][]> => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__JWT__KEYS: JSON.stringify(TOKEN_ALGORITHMS.map(keyFor)),
    });
    const answers: unknown[][] = [];
    for (const token of tokens) {
      const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
      client.drop();
      answers.push(answer);
    }
    return answers;
  };

  it('each algorithm opens a session', async (t) => {
    const answers = await answersOf(
      t,
      TOKEN_ALGORITHMS.map((alg) => tokenBy(alg)),
    );
    deepEqual(
      answers.map(([code], at) => [TOKEN_ALGORITHMS[at], code]),
      TOKEN_ALGORITHMS.map((alg) => [alg, 2]),
    );
  });

  for (const alg of TOKEN_ALGORITHMS) {
    it(`${alg} is refused when its header names another algorithm, however it is signed`, async (t) => {
      const others = [...TOKEN_ALGORITHMS.filter((other) => other !== alg), 'none', 'EdDSA', ''];
      const answers = await answersOf(
        t,
        others.map((other) => tokenBy(alg, other)),
      );
      equal(answers.length, others.length);
      for (const answer of answers) deepEqual(answer, REFUSED);
    });
  }
});
