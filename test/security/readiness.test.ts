// Readiness of the started application, and what it says of itself to everybody (W5, O2, O3).
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Application } from '../../src/application.js';
import { JwtAuthProvider } from '../../src/auth/tokens/jwt-auth-provider.js';
import { startTestApplication } from '../support/application.js';

async function answerOf({ publicUrl }: Application, path: string): Promise<[number, string]> {
  const response = await fetch(`${publicUrl}${path}`);
  equal(response.headers.get('cache-control'), 'no-store');
  equal(response.headers.get('set-cookie'), null);
  return [response.status, await response.text()];
}

describe('/livez and /readyz', () => {
  it('say that all is well, and no more (O2)', async (t) => {
    const application = await startTestApplication(t);
    deepEqual(await answerOf(application, '/livez'), [200, 'ok\n']);
    deepEqual(await answerOf(application, '/readyz'), [200, 'ok\n']);
    deepEqual(await application.readiness(), { isReady: true, reasons: [] });
  });

  it('answer only GET and HEAD', async (t) => {
    const { publicUrl } = await startTestApplication(t);
    for (const path of ['/livez', '/readyz']) {
      equal((await fetch(publicUrl + path, { method: 'HEAD' })).status, 200);
      equal((await fetch(publicUrl + path, { method: 'POST' })).status, 405);
    }
  });

  it('tell of a provider that did not start, until it has (W5)', async (t) => {
    const start = t.mock.method(JwtAuthProvider.prototype, 'start', () =>
      Promise.reject(new Error('canary: no such host')),
    );
    const application = await startTestApplication(t);
    deepEqual(await answerOf(application, '/readyz'), [503, 'not ready\n']);
    deepEqual(await answerOf(application, '/livez'), [200, 'ok\n']);
    deepEqual((await application.readiness()).reasons, ['nobody answers for jwt']);
    start.mock.restore();
    while ((await answerOf(application, '/readyz'))[0] !== 200);
  });

  it('tell of a provider that was killed, until the next one is there (O3)', async (t) => {
    const start = t.mock.method(JwtAuthProvider.prototype, 'start');
    const application = await startTestApplication(t);
    const provider = start.mock.calls[0]?.this;
    ok(provider instanceof JwtAuthProvider);
    start.mock.mockImplementation(() => Promise.reject(new Error('canary: not yet')));
    provider.close();
    await provider.closed;
    equal((await answerOf(application, '/readyz'))[0], 503);
    start.mock.restore();
    while ((await answerOf(application, '/readyz'))[0] !== 200);
  });

  it('do not care for a method that no listener takes', async (t) => {
    t.mock.method(JwtAuthProvider.prototype, 'start', () => Promise.reject(new Error('no')));
    const application = await startTestApplication(t, { EXPRESSWAY_AUTH__ORDER: '[ticket]' });
    equal((await answerOf(application, '/readyz'))[0], 200);
  });
});
