import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

describe('the HTTP API of the configuration', () => {
  for (const [name, environment, problem] of [
    [
      'at the path of the WebSocket',
      { EXPRESSWAY_PUBLIC__API_PATH: '/ws' },
      'EXPRESSWAY_PUBLIC__API_PATH /public/api_path: expected a path of its own, found "/ws"',
    ],
    [
      'at a path with a slash at its end',
      { EXPRESSWAY_PUBLIC__API_PATH: '/api/' },
      'EXPRESSWAY_PUBLIC__API_PATH /public/api_path: expected a path such as /api, without a slash at its end, found "/api/"',
    ],
    [
      'in a realm that is not there',
      { EXPRESSWAY_AUTH__API__REALM: 'elsewhere' },
      'EXPRESSWAY_AUTH__API__REALM /auth/api/realm: expected the name of one of the realms, found "elsewhere"',
    ],
    [
      'with an audience of its own that is that of all tokens',
      { EXPRESSWAY_AUTH__API__AUDIENCE: 'wamp' },
      'EXPRESSWAY_AUTH__API__AUDIENCE /auth/api/audience: expected another audience than auth.jwt.audience, or null, found "wamp"',
    ],
  ] as const) {
    it(`cannot be ${name}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
      deepEqual(await folder.problems('a.yaml', environment), [problem]);
    });
  }

  it('is off by default, and in the first realm where none is named', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml');
    equal(config.public.apiPath, undefined);
    deepEqual(config.auth.api, { realm: config.realms[0]?.name, audience: undefined });
    const { config: other } = await folder.load('a.yaml', {
      EXPRESSWAY_PUBLIC__API_PATH: '/api',
      EXPRESSWAY_AUTH__API__AUDIENCE: 'api',
    });
    deepEqual([other.public.apiPath, other.auth.api.audience], ['/api', 'api']);
  });
});

describe('what a role may do, in the configuration', () => {
  const environment = (role: object, disclosure = 'on_request'): Record<string, string> => ({
    EXPRESSWAY_REALMS__0__DISCLOSURE: disclosure,
    EXPRESSWAY_REALMS__0__ROLES__0__PERMISSIONS: JSON.stringify([
      { uri: 'a.b', allow: { call: true }, ...role },
    ]),
    EXPRESSWAY_REALMS__0__ROLES__0__AUTHORIZER: 'com.example.authorize',
    EXPRESSWAY_REALMS__0__ROLES__0__LIMITS__MESSAGE: '2KiB',
  });

  it('is read: disclosure, authorizer, the length of messages', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml', environment({ disclose: { caller: true } }));
    const [role] = config.realms[0]?.roles ?? [];
    deepEqual(role?.permissions[0]?.disclose, { caller: true });
    equal(role.authorizer, 'com.example.authorize');
    deepEqual(role.limits, { messageBytes: 2048 });
    equal(config.limits.authorizerMs, 5000);
  });

  it('cannot disclose anybody in a realm that discloses nobody', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const hidden = await folder.problems(
      'a.yaml',
      environment({ disclose: { caller: true, publisher: false } }, 'never'),
    );
    equal(hidden.length, 1);
    equal(hidden[0]?.includes('expected no true in a realm whose disclosure is never'), true);
  });
});
