import { equal, match } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { UnusableRevocationFile } from '../../src/auth/revocation/revocation-journal.js';
import { UnusableUsersModule } from '../../src/auth/users/module-users.js';
import { explainStartFailure } from '../../src/cli/start-failure.js';
import type { Config } from '../../src/config/config.js';
import { ConfigurationFolder, MINIMAL } from '../config/configuration-folder.js';

/** Listens beside the usual ports on 7000 and at /run/a.sock. */
async function configured(t: TestContext): Promise<Config> {
  const folder = await ConfigurationFolder.make(t, {
    'a.yaml': `${MINIMAL}listeners:
  - { name: services, type: rawsocket, unix: /run/a.sock, trusted: true, role: trusted }
  - { name: devices, type: rawsocket, host: 192.0.2.1, port: 7000, authmethods: [jwt] }
`,
  });
  return (await folder.load('a.yaml')).config;
}

const failure = (fields: object): Error => Object.assign(new Error('listen'), fields);

describe('explainStartFailure', () => {
  it('names the file of revocations that cannot be used, and its key', async (t) => {
    const error = new UnusableRevocationFile('/data/revocations', failure({ code: 'EACCES' }));
    const explanation = explainStartFailure(error, await configured(t));
    match(
      explanation ?? '',
      /\/data\/revocations cannot be used: listen\..*auth\.revocation\.file/u,
    );
  });

  it('tells why a module of users cannot be used', async (t) => {
    const error = new UnusableUsersModule('The module of users /a.js cannot be used: no LDAP.');
    equal(
      explainStartFailure(error, await configured(t)),
      'The module of users /a.js cannot be used: no LDAP.\n',
    );
  });

  for (const [port, section, variable] of [
    [8080, 'public', 'EXPRESSWAY_PUBLIC__PORT'],
    [8081, 'trusted', 'EXPRESSWAY_TRUSTED__PORT'],
    [7000, 'listeners.1', 'EXPRESSWAY_LISTENERS__1__PORT'],
  ] as const) {
    it(`names ${section}.port when port ${port} is in use`, async (t) => {
      const error = failure({ code: 'EADDRINUSE', port });
      equal(
        explainStartFailure(error, await configured(t)),
        `Port ${port} is in use, perhaps by another Expressway. Stop that program, or choose another port: ${section}.port in the configuration or ${variable} in the environment (0: any free one).\n`,
      );
    });
  }

  it('names the host that this machine does not have', async (t) => {
    const error = failure({ code: 'EADDRNOTAVAIL', port: 7000 });
    equal(
      explainStartFailure(error, await configured(t)),
      'This machine has no address 192.0.2.1: set listeners.1.host to one that it has.\n',
    );
  });

  it('names the Unix socket that cannot be listened on', async (t) => {
    const error = failure({ code: 'EACCES', address: '/run/a.sock' });
    match(
      explainStartFailure(error, await configured(t)) ?? '',
      /^The Unix socket \/run\/a\.sock /,
    );
  });

  it('leaves everything else to the error itself', async (t) => {
    const config = await configured(t);
    for (const error of [new Error('no'), failure({ code: 'EIO', port: 8080 }), undefined]) {
      equal(explainStartFailure(error, config), undefined);
    }
  });
});
