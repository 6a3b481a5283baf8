import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const PREFIX = 'EXPRESSWAY_AUTH__SESSION__WEB_APP_';
const GOOD = {
  EXPRESSWAY_AUTH__ORDER: '[cookie]',
  [`${PREFIX}URL`]: 'https://app.example.com/whoami.php',
  [`${PREFIX}COOKIES`]: '[PHPSESSID]',
};

describe('loadConfig on sessions of another web application', () => {
  it('gives what the file says, and the defaults', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml', { ...GOOD, [`${PREFIX}RECHECK`]: '30s' });
    deepEqual(config.auth.session.webApp, {
      url: 'https://app.example.com/whoami.php',
      cookies: ['PHPSESSID'],
      timeoutMs: 3000,
      cacheMs: 5000,
      recheckMs: 30_000,
      outageMs: 60_000,
    });
  });

  it('knows none without a URL', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml');
    equal(config.auth.session.webApp, undefined);
  });

  const url = '/auth/session/web_app_url: expected an http or https URL without user and password';
  const mistakes: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['no URL', { [`${PREFIX}URL`]: 'whoami.php' }, `${url}, found "whoami.php"`],
    ['a URL of files', { [`${PREFIX}URL`]: 'file:///a' }, `${url}, found "file:///a"`],
    [
      'a password in the URL',
      { [`${PREFIX}URL`]: 'http://a:b@c/' },
      `${url}, found "http://a:b@c/"`,
    ],
    [
      'no cookie to be sent',
      { [`${PREFIX}COOKIES`]: '[]' },
      '/auth/session/web_app_cookies: expected at least one name, as web_app_url is set, found an empty list',
    ],
    [
      'our own cookie among them',
      { [`${PREFIX}COOKIES`]: '[PHPSESSID, sid]' },
      '/auth/session/web_app_cookies/1: expected a cookie that is not our own, found "sid"',
    ],
    [
      'what is remembered for more than 10 s',
      { [`${PREFIX}CACHE`]: '11s' },
      '/auth/session/web_app_cache: expected a duration such as 5m, from 0s to 10s, found "11s"',
    ],
    [
      'a URL that nobody is asked at',
      { EXPRESSWAY_AUTH__ORDER: '[jwt]' },
      '/auth/session/web_app_url: expected authmethod cookie in auth.order or of a listener, found "https://app.example.com/whoami.php"',
    ],
    [
      'cookies on a RawSocket',
      { EXPRESSWAY_LISTENERS: '[{name: a, type: rawsocket, port: 1, authmethods: [jwt, cookie]}]' },
      '/listeners/0/authmethods/1: expected no cookie with type rawsocket, which has none, found "cookie"',
    ],
  ];
  for (const [name, changes, problem] of mistakes) {
    it(`refuses ${name}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
      const problems = await folder.problems('a.yaml', { ...GOOD, ...changes });
      deepEqual(
        problems.map((line) => line.replace(/^\S+ /, '')),
        [problem],
      );
    });
  }
});
