import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

describe('limits of the configuration', () => {
  it('bound testaments for all, at a listener and for a role', async (t) => {
    const limits = 'limits: { testaments: 3 }';
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL.replace('- name: trusted\n', `- name: trusted\n        ${limits}\n`)}limits: { testaments: 0 }\ntrusted: { limits: { testament_bytes: 2KiB } }\n`,
    });
    const { config } = await folder.load('a.yaml');
    const { session } = config.limits;
    deepEqual([session.testaments, session.testamentBytes], [0, 262_144]);
    const trusted = config.trusted.limits.session;
    deepEqual([trusted.testaments, trusted.testamentBytes], [0, 2048]);
    deepEqual(config.realms[0]?.roles[0]?.limits, { testaments: 3 });
  });

  it('may leave calls without a timeout, and pings not without a time', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml', { EXPRESSWAY_LIMITS__CALL_TIMEOUT: '0s' });
    equal(config.limits.callTimeoutMs, 0);
    deepEqual(await folder.problems('a.yaml', { EXPRESSWAY_LIMITS__PING: '0s' }), [
      'EXPRESSWAY_LIMITS__PING /limits/ping: expected a duration such as 5m, from 100ms to 1h, found "0s"',
    ]);
  });
});
