import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_CA } from '../support/client-certificates.js';
import { TLS_CERT, TLS_KEY } from '../support/tls-pair.js';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const CONFIG = MINIMAL.replace(
  '      - name: trusted',
  '      - name: trusted\n      - name: guest',
);
const FILES = { 'a.yaml': CONFIG, 'c.pem': TLS_CERT, 'k.pem': TLS_KEY, 'ca.pem': CLIENT_CA };

const listener = (folder: ConfigurationFolder, tls: object, authmethods = ['tls']): string =>
  JSON.stringify([
    {
      name: 'devices',
      type: 'rawsocket',
      port: 8443,
      authmethods,
      tls: { cert_file: folder.file('c.pem'), key_file: folder.file('k.pem'), ...tls },
    },
  ]);

describe('loadConfig on the standard methods', () => {
  it('gives what the file says', async (t) => {
    const folder = await ConfigurationFolder.make(t, FILES);
    const { config } = await folder.load('a.yaml', {
      EXPRESSWAY_AUTH__ORDER: '[wampcra, scram, wamp-scram, cryptosign, anonymous]',
      EXPRESSWAY_AUTH__ANONYMOUS__ROLE: 'guest',
      EXPRESSWAY_AUTH__SCRAM__DECOY_KDF: 'pbkdf2',
      EXPRESSWAY_LISTENERS: listener(folder, {
        client_ca_file: folder.file('ca.pem'),
        client_cert: 'require',
      }),
    });
    const { anonymous, wampcra, scram, tls } = config.auth;
    deepEqual(anonymous, { role: 'guest' });
    deepEqual(wampcra, { decoyIterations: 10_000 });
    deepEqual(scram, { decoyDerivation: { kdf: 'pbkdf2', iterations: 2 } });
    deepEqual(tls, { trustsCommonNames: false });
    deepEqual(config.listeners[0]?.tls?.client, { ca: CLIENT_CA.trimEnd(), isRequired: true });
  });

  for (const [mistake, environment, problem] of [
    [
      'anonymous without a role',
      { EXPRESSWAY_AUTH__ORDER: '[jwt, anonymous]' },
      'expected a role, as anonymous is among the authmethods, found nothing',
    ],
    [
      'anonymous before others',
      { EXPRESSWAY_AUTH__ORDER: '[anonymous, jwt]', EXPRESSWAY_AUTH__ANONYMOUS__ROLE: 'guest' },
      'expected anonymous at the end, found "anonymous"',
    ],
    [
      'a role for anonymous that there is not',
      { EXPRESSWAY_AUTH__ANONYMOUS__ROLE: 'nobody' },
      'expected a role of one of the realms, found "nobody"',
    ],
    [
      'the role of trusted listeners for anonymous',
      { EXPRESSWAY_AUTH__ANONYMOUS__ROLE: 'trusted' },
      'expected a role other than that of a trusted listener, found "trusted"',
    ],
    [
      'tls on the public listener',
      { EXPRESSWAY_AUTH__ORDER: '[tls]' },
      'expected no tls, as the public listener has no TLS of its own, found a list',
    ],
    [
      'passwords before other tickets',
      { EXPRESSWAY_AUTH__TICKET__KINDS: '[password, single_use]' },
      'expected password at the end, as it takes whatever comes, found "password"',
    ],
  ] as const) {
    it(`finds ${mistake}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, FILES);
      const problems = await folder.problems('a.yaml', environment);
      equal(problems.length, 1);
      equal(problems[0]?.endsWith(problem), true, problems[0]);
    });
  }

  for (const [mistake, tls, problem] of [
    [
      'tls without those who vouch for clients',
      {},
      'expected no tls without tls.client_ca_file, against which certificates are checked, found a list',
    ],
    [
      'client_cert without them',
      { client_cert: 'require' },
      'expected client_cert only beside client_ca_file',
    ],
  ] as const) {
    it(`finds ${mistake}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, FILES);
      const problems = await folder.problems('a.yaml', {
        EXPRESSWAY_LISTENERS: listener(folder, tls, mistake.startsWith('tls') ? ['tls'] : ['jwt']),
      });
      deepEqual(
        problems.map((each) => each.endsWith(problem)),
        [true],
      );
    });
  }

  it('finds a file in which there is no certificate', async (t) => {
    const folder = await ConfigurationFolder.make(t, FILES);
    const problems = await folder.problems('a.yaml', {
      EXPRESSWAY_LISTENERS: listener(folder, { client_ca_file: folder.file('a.yaml') }),
    });
    equal(problems[0]?.endsWith('expected certificates in PEM, found what is none'), true);
  });
});
