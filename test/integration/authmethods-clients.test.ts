import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sign as signWithKey } from 'wampy/cryptosign.js';
import { sign as signWithSecret } from 'wampy/wampcra.js';
import { autobahnAuth, startAutobahn, type AutobahnOptions } from '../support/autobahn-client.js';
import {
  PASSWORD,
  PRIVATE_KEY,
  PUBLIC_KEY,
  SECRET,
  startMethodsApplication,
  type MethodsApplication,
} from '../support/methods-application.js';
import { createWampy, type WampyOptions } from '../support/wampy-client.js';

interface KeyPair {
  readonly secretKey: Uint8Array;
}

const { sign: nacl } = createRequire(import.meta.url)('tweetnacl') as {
  readonly sign: { readonly keyPair: { readonly fromSeed: (seed: Uint8Array) => KeyPair } };
};
const keyPair = nacl.keyPair.fromSeed(Buffer.from(PRIVATE_KEY, 'hex'));
const WRONG_KEY_PAIR = nacl.keyPair.fromSeed(Buffer.alloc(32, 7));

/** Who a client turns out to be. */
type Identity = Readonly<Record<'authid' | 'authrole' | 'authmethod', unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a client of autobahn-js is made with, for each method. */
const autobahnJs: readonly (readonly [string, string, Partial<AutobahnOptions>])[] = [
  ['ticket', 'alice', { authid: 'alice', onchallenge: () => PASSWORD }],
  [
    'wampcra',
    'wendy',
    {
      authid: 'wendy',
      onchallenge: (_session, _method, extra) =>
        autobahnAuth.cra.sign(SECRET, text(extra['challenge'])),
    },
  ],
  [
    'wampcra',
    'alice',
    {
      authid: 'alice',
      onchallenge: (_session, _method, { salt, iterations, keylen, challenge }) =>
        autobahnAuth.cra.sign(
          autobahnAuth.cra.derive_key(PASSWORD, text(salt), Number(iterations), Number(keylen)),
          text(challenge),
        ),
    },
  ],
  [
    'cryptosign',
    'alice',
    {
      authextra: { pubkey: PUBLIC_KEY },
      onchallenge: (_session, _method, extra) =>
        autobahnAuth.cryptosign.sign_challenge(keyPair, extra),
    },
  ],
];

const wrongAutobahnJs: readonly (readonly [string, Partial<AutobahnOptions>])[] = [
  ['ticket', { authid: 'alice', onchallenge: () => 'wrong' }],
  ['ticket', { authid: 'nobody', onchallenge: () => PASSWORD }],
  ['wampcra', { authid: 'alice', onchallenge: () => autobahnAuth.cra.sign('wrong', '') }],
  ['wampcra', { authid: 'nobody', onchallenge: () => autobahnAuth.cra.sign(SECRET, '') }],
  [
    'cryptosign',
    {
      authextra: { pubkey: PUBLIC_KEY },
      onchallenge: (_session, _method, extra) =>
        autobahnAuth.cryptosign.sign_challenge(WRONG_KEY_PAIR, extra),
    },
  ],
];

const wampy: readonly (readonly [string, string, Partial<WampyOptions>])[] = [
  ['ticket', 'alice', { onChallenge: () => PASSWORD }],
  [
    'wampcra',
    'wendy',
    { onChallenge: (method, extra) => signWithSecret(SECRET)(method, cra(extra)) },
  ],
  [
    'wampcra',
    'alice',
    { onChallenge: (method, extra) => signWithSecret(PASSWORD)(method, cra(extra)) },
  ],
  [
    'cryptosign',
    'alice',
    {
      authextra: { pubkey: PUBLIC_KEY },
      onChallenge: (method, extra) =>
        signWithKey(PRIVATE_KEY)(method, { challenge: text(extra['challenge']) }),
    },
  ],
];

const cra = (extra: Record<string, unknown>) => ({
  challenge: text(extra['challenge']),
  ...(extra['salt'] === undefined
    ? {}
    : {
        salt: text(extra['salt']),
        iterations: Number(extra['iterations']),
        keylen: Number(extra['keylen']),
      }),
});

const autobahnPython: readonly (readonly [string, string, object])[] = [
  ['ticket', 'alice', { authid: 'alice', ticket: PASSWORD }],
  ['wampcra', 'wendy', { authid: 'wendy', secret: SECRET }],
  ['wampcra', 'alice', { authid: 'alice', secret: PASSWORD }],
  ['scram', 'alice', { authid: 'alice', password: PASSWORD }],
  ['cryptosign', 'alice', { privkey: PRIVATE_KEY }],
  ['cryptosign', 'alice', { authid: 'alice', privkey: PRIVATE_KEY }],
];

const wrongAutobahnPython: readonly (readonly [string, object])[] = [
  ['ticket', { authid: 'alice', ticket: 'wrong' }],
  ['wampcra', { authid: 'alice', secret: 'wrong' }],
  ['wampcra', { authid: 'nobody', secret: SECRET }],
  ['scram', { authid: 'alice', password: 'wrong' }],
  ['scram', { authid: 'nobody', password: PASSWORD }],
  ['cryptosign', { authid: 'wendy', privkey: PRIVATE_KEY }],
  ['cryptosign', { privkey: '07'.repeat(32) }],
];

const SCRIPT = fileURLToPath(
  new URL('../../../test/integration/authmethods_client.py', import.meta.url),
);

/** Runs the script with the distribution's Python to its end; gives what it printed. */
async function runPython(t: TestContext, ...words: readonly string[]): Promise<unknown> {
  const python = spawn('/usr/bin/python3', [SCRIPT, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => {
    python.kill();
  });
  const exited = once(python, 'exit');
  const lines: unknown[] = [];
  for await (const line of createInterface({ input: python.stdout })) lines.push(JSON.parse(line));
  deepEqual(await exited, [0, null]);
  equal(lines.length, 1);
  return lines[0];
}

/** Where each transport is, by the names that the tests give them; autobahn-python has a scheme of its own for RawSocket. */
const TRANSPORTS: readonly (readonly [string, (application: MethodsApplication) => string])[] = [
  ['WebSocket', ({ urlOf }) => urlOf('web')],
  ['RawSocket', ({ urlOf }) => urlOf('devices')],
];

const identityOf = ({
  authid,
  authrole,
  authmethod,
}: Readonly<Record<string, unknown>>): Identity => ({
  authid,
  authrole,
  authmethod,
});

const denied = { reason: 'wamp.error.authentication_denied' };

describe('the standard methods with autobahn-js', () => {
  for (const [transport, url] of TRANSPORTS) {
    for (const [method, authid, options] of autobahnJs) {
      it(`${method} lets ${authid} in over ${transport}`, async (t) => {
        const application = await startMethodsApplication(t);
        const client = startAutobahn(t, {
          url: url(application),
          authmethods: [method],
          ...options,
        });
        const { details } = await client.nextSession();
        deepEqual(identityOf(details), { authid, authrole: 'user', authmethod: method });
      });
    }
  }

  for (const [method, options] of wrongAutobahnJs) {
    it(`${method} stops for good with a wrong proof of ${options.authid ?? 'a key'}`, async (t) => {
      const application = await startMethodsApplication(t);
      const url = application.urlOf('web');
      const { reason, will_retry } = await startAutobahn(t, {
        url,
        authmethods: [method],
        ...options,
      }).nextClose();
      deepEqual({ reason, will_retry }, { ...denied, will_retry: false });
    });
  }

  it('anonymous lets in whoever asks for nothing else, without a name of its own', async (t) => {
    const application = await startMethodsApplication(t);
    const client = startAutobahn(t, { url: application.urlOf('web'), authid: 'alice' });
    const { details } = await client.nextSession();
    match(text(details['authid']), /^anonymous-[\w-]{12}$/);
    deepEqual([details['authrole'], details['authmethod']], ['user', 'anonymous']);
  });
});

describe('the standard methods with wampy', () => {
  for (const [method, authid, options] of wampy) {
    it(`${method} lets ${authid} in`, async (t) => {
      const application = await startMethodsApplication(t);
      const client = createWampy(t, {
        url: application.urlOf('web'),
        authid,
        authmethods: [method],
        ...options,
      });
      const details = (await client.connect()) as unknown as Readonly<Record<string, unknown>>;
      deepEqual(identityOf(details), { authid, authrole: 'user', authmethod: method });
    });
  }
});

describe('the standard methods with autobahn-python', () => {
  for (const [transport, url] of TRANSPORTS) {
    // The RawSocket of its asyncio does not get past WELCOME, whatever the router.
    const framework = transport === 'RawSocket' ? 'twisted' : 'asyncio';
    for (const [method, authid, options] of autobahnPython) {
      const how = 'authid' in options ? '' : ' by the key alone';
      it(`${method} lets ${authid} in${how} over ${transport} (${framework})`, async (t) => {
        const application = await startMethodsApplication(t);
        const place = url(application).replace('tcp:', 'rs:');
        deepEqual(await runPython(t, place, framework, JSON.stringify({ [method]: options })), {
          authid,
          authrole: 'user',
          authmethod: method,
        });
      });
    }
  }

  for (const [method, options] of wrongAutobahnPython) {
    it(`${method} refuses ${JSON.stringify(options)}`, async (t) => {
      const application = await startMethodsApplication(t);
      const authentication = JSON.stringify({ [method]: options });
      const message = method === 'ticket' ? 'invalid_ticket' : 'invalid_credentials';
      deepEqual(await runPython(t, application.urlOf('web'), 'asyncio', authentication), {
        ...denied,
        message,
      });
    });
  }
});
