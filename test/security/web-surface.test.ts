// L10, L12 and L13 against the started application: its pages, its parser of HTTP, and who its clients are.
import { doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import { startTestApplication } from '../support/application.js';
import { basic, HttpClient } from '../support/http.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function startBrowser(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<HttpClient> {
  return new HttpClient((await startTestApplication(t, environment)).publicUrl);
}

describe('L10: a page', () => {
  it('runs no script but its own, and stands in no frame', async (t) => {
    const browser = await startBrowser(t);
    await browser.logIn('admin', 'kitten');
    for (const path of ['/login', '/livestatus', '/nothing']) {
      const { headers } = await browser.get(path, { Accept: 'text/html' });
      const policy = String(headers['content-security-policy']).split(';');
      for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
        ok(policy.includes(rule), `${rule} on ${path}`);
      }
      doesNotMatch(policy.join(), /unsafe|\*/u);
    }
  });

  it('shows the name of a user as text', async (t) => {
    const username = '<img src=x onerror=alert(1)>';
    const path = `${temporaryFolder(t)}/users.yaml`;
    const user = { username, role: 'admin', password: await hashPassword('kitten') };
    await writeFile(path, JSON.stringify({ users: [user] }));
    const browser = await startBrowser(t, { EXPRESSWAY_AUTH__USERS__PATH: path });
    equal((await browser.logIn(username, 'kitten')).status, 303);
    const { body } = await browser.get('/livestatus');
    doesNotMatch(body, /<img/u);
    match(body, /&lt;img src=x onerror=alert\(1\)&gt;/u);
  });
});

describe('L12: a request that can be read in two ways', () => {
  const ambiguous: readonly (readonly [string, string])[] = [
    ['two lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a length twice', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde'],
    ['a space before a colon', 'Content-Length : 5\r\n\r\nabcde'],
    ['a line that is continued', 'X-A: b\r\n c: d\r\nContent-Length: +5\r\n\r\nabcde'],
    ['a bare line feed', 'X-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ];
  for (const [what, rest] of ambiguous) {
    it(`is refused: ${what}`, async (t) => {
      const { publicUrl } = await startTestApplication(t);
      const socket = connect(Number(new URL(publicUrl).port), '127.0.0.1');
      t.after(() => socket.destroy());
      await once(socket, 'connect');
      socket.write(`POST /get_token HTTP/1.1\r\nHost: a\r\n${rest}`);
      match(await text(socket), /^HTTP\/1\.1 400 /u);
    });
  }
});

describe('L13: the address that a client says it has', () => {
  const guess = async (browser: HttpClient, number: number): Promise<number> => {
    const headers = {
      Authorization: basic('admin', `guess ${number}`),
      'X-Forwarded-For': `192.0.2.${number}`,
      Forwarded: `for=192.0.2.${number}`,
    };
    return (await browser.get('/get_token', headers)).status;
  };

  it('is not believed', async (t) => {
    const browser = await startBrowser(t, { EXPRESSWAY_AUTH__LOGIN__PER_USER: '3' });
    const statuses: number[] = [];
    for (let number = 1; number <= 4; number += 1) statuses.push(await guess(browser, number));
    equal(statuses.join(), '401,401,401,429');
  });

  it('is believed if a proxy says it that is configured', async (t) => {
    const browser = await startBrowser(t, {
      EXPRESSWAY_AUTH__LOGIN__PER_USER: '3',
      EXPRESSWAY_PUBLIC__TRUST_PROXY: '["127.0.0.1"]',
    });
    const statuses: number[] = [];
    for (let number = 1; number <= 4; number += 1) statuses.push(await guess(browser, number));
    equal(statuses.join(), '401,401,401,401');
  });
});
