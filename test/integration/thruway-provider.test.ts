// A provider in PHP that speaks on the wire as those of Thruway do.
import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { providerEnvironment } from '../support/thruway-provider.js';
import { ALL_ROLES, connectWire } from '../support/wire-client.js';

const SCRIPT = fileURLToPath(
  new URL('../../../test/integration/thruway_provider.php', import.meta.url),
);
const ENVIRONMENT = {
  ...providerEnvironment('[{ name: letmein, realms: [realm1], roles: [user] }]', '[letmein]'),
  EXPRESSWAY_TRUSTED__ALLOWED_ORIGINS: '["http://127.0.0.1"]',
};

interface PhpProvider {
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Lets it say GOODBYE; gives its exit code. */
  end(): Promise<unknown>;
}

async function startPhp(t: TestContext, { trustedUrl }: Application): Promise<PhpProvider> {
  const php = spawn('php', [SCRIPT, new URL(trustedUrl).host, 'letmein'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => {
    php.kill();
  });
  const exited = once(php, 'exit');
  const lines = createInterface({ input: php.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  equal(await line(), 'registered');
  return {
    line,
    end: async () => {
      php.stdin.end();
      equal(await line(), '[6,{},"wamp.close.goodbye_and_out"]');
      const [code] = (await exited) as [unknown];
      return code;
    },
  };
}

/** The router's answer to a client that gives this signature. */
async function answerTo(
  t: TestContext,
  application: Application,
  signature: string,
): Promise<unknown[]> {
  const client = await connectWire(t, webSocketUrl(application));
  client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['letmein'] }]);
  deepEqual(await client.receive(), [4, 'letmein', { challenge: {}, challenge_method: 'letmein' }]);
  client.send([5, signature, {}]);
  return client.receive();
}

describe('a provider in PHP', () => {
  it('lets in whom it believes, refuses others, and says goodbye', async (t) => {
    const application = await startTestApplication(t, ENVIRONMENT);
    const provider = await startPhp(t, application);
    equal((await application.readiness()).isReady, true);
    const [type, , details] = await answerTo(t, application, 'letMeIn');
    const { authid, authrole, authmethod } = details as Record<string, unknown>;
    deepEqual([type, authid, authrole, authmethod], [2, 'joe', 'user', 'letmein']);
    deepEqual(await answerTo(t, application, 'x'), [
      3,
      { message: 'authentication_denied' },
      'wamp.error.authentication_denied',
    ]);
    deepEqual(await answerTo(t, application, ''), [
      3,
      { message: 'authentication_failed' },
      'wamp.error.authentication_failed',
    ]);
    const questions = [];
    for (let count = 0; count < 6; count += 1) {
      const [name] = JSON.parse(await provider.line()) as [string];
      questions.push(name);
    }
    deepEqual(questions, Array.from({ length: 3 }, () => ['onhello', 'onauthenticate']).flat());
    equal(await provider.end(), 0);
    deepEqual((await application.readiness()).reasons, ['nobody answers for letmein']);
  });
});
