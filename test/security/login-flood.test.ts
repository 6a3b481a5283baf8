// L3 and L4, against the started application: many log-ins at once.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { PasswordVerifier } from '../../src/auth/users/password-verifier.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { basic, HttpClient, type Answer } from '../support/http.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';

const MANY = '1000000';
/** What may run and wait of one address: 2 and a quarter of 100. */
const PLACES = 27;

async function startBrowser(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<HttpClient> {
  return new HttpClient((await startTestApplication(t, environment)).publicUrl);
}

const logIn = (browser: HttpClient, password: string, from = '127.0.0.1'): Promise<Answer> =>
  browser.send('GET', '/get_token', {
    headers: { Authorization: basic('admin', password) },
    from,
  });

const statusesOf = (answers: readonly Answer[]): ReadonlySet<number> =>
  new Set(answers.map(({ status }) => status));

describe('L4: a flood of log-ins', () => {
  it('is checked within bounds, and the rest is told to come back', async (t) => {
    const browser = await startBrowser(t, {
      EXPRESSWAY_AUTH__LOGIN__PER_USER: MANY,
      EXPRESSWAY_AUTH__LOGIN__PER_IP: MANY,
    });
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, guess) => logIn(browser, `guess ${guess}`)),
    );
    deepEqual(statusesOf(answers), new Set([401, 503]));
    const refused = answers.filter(({ status }) => status === 503);
    ok(refused.every(({ headers }) => headers['retry-after'] === '1'));
  });

  it('leaves open sessions and /livez answered while it lasts', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__LOGIN__PER_USER: MANY,
      EXPRESSWAY_AUTH__LOGIN__PER_IP: MANY,
    });
    const { client } = await joinWithToken(t, webSocketUrl(application), makeToken());
    const browser = new HttpClient(application.publicUrl);
    let left = 500;
    let isFull: () => void = () => undefined;
    const full = new Promise<void>((resolve) => (isFull = resolve));
    const flood = Array.from({ length: left }, async (_, guess) => {
      const { status } = await logIn(browser, `guess ${guess}`);
      left -= 1;
      if (status === 503) isFull();
    });
    await full;
    for (let request = 1; request <= 10; request += 1) {
      client.send([32, request, {}, 'com.example.alive']);
      equal((await client.receive())[0], 33);
    }
    equal((await browser.get('/livez')).status, 200);
    ok(left > 0, 'the flood was still on');
    await Promise.all(flood);
  });

  it('from one address keeps nobody else waiting behind it', async (t) => {
    const browser = await startBrowser(t, {
      EXPRESSWAY_AUTH__LOGIN__PER_USER: MANY,
      EXPRESSWAY_AUTH__LOGIN__PER_IP: MANY,
    });
    let checked = 0;
    let isFull: () => void = () => undefined;
    const full = new Promise<void>((resolve) => (isFull = resolve));
    const flood = Array.from({ length: 60 }, async (_, guess) => {
      const { status } = await logIn(browser, `guess ${guess}`);
      if (status === 401) checked += 1;
      else isFull();
    });
    await full;
    equal((await logIn(browser, 'kitten', '127.0.0.2')).status, 200);
    // In one line for all it would have been the last.
    ok(checked < PLACES, `${checked} of the flood were before it`);
    await Promise.all(flood);
    ok(checked >= PLACES);
  });
});

describe('L3: wrong passwords', () => {
  it('are not even checked once the address is locked', async (t) => {
    const verify = t.mock.method(PasswordVerifier.prototype, 'verify');
    const browser = await startBrowser(t, { EXPRESSWAY_AUTH__LOGIN__PER_USER: MANY });
    const answers: Answer[] = [];
    for (let round = 0; round < 10; round += 1) {
      const guesses = Array.from({ length: 10 }, (_, guess) =>
        logIn(browser, `guess ${round} ${guess}`),
      );
      answers.push(...(await Promise.all(guesses)));
    }
    equal(verify.mock.callCount(), 20);
    equal(answers.filter(({ status }) => status === 429).length, 80);
    match(answers.at(-1)?.headers['retry-after'] ?? '', /^[1-9]\d*$/u);
    equal((await logIn(browser, 'kitten')).status, 429);
    equal((await logIn(browser, 'kitten', '127.0.0.2')).status, 200);
    equal(verify.mock.callCount(), 21);
  });
});

// L2
it('an unknown user costs one check, as a known one does', async (t) => {
  const verify = t.mock.method(PasswordVerifier.prototype, 'verify');
  const browser = await startBrowser(t);
  for (const name of ['admin', 'nobody']) {
    verify.mock.resetCalls();
    equal((await browser.get('/get_token', { Authorization: basic(name, 'x') })).status, 401);
    equal(verify.mock.callCount(), 1);
  }
});
