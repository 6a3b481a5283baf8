// Tokens that come with the upgrade, against the started application: beside the subprotocol, and in the query.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { Application } from '../../src/application.js';
import type { Logger } from '../../src/router/index.js';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { goodClaims, makeToken, wrongTokens } from '../support/tokens.js';
import { ALL_ROLES, connectWire, upgradeStatus, type WireClient } from '../support/wire-client.js';

const QUERY_TOKEN = { EXPRESSWAY_AUTH__QUERY_TOKEN: 'true' };
const REFUSED = 'wamp.error.authentication_denied';

const encode = (text: string): string =>
  `base64url.bearer.${Buffer.from(text).toString('base64url')}`;

interface Upgrade {
  readonly bearers?: readonly string[];
  readonly query?: string;
  /** HELLO.Details beside the roles. */
  readonly details?: object;
}

type TestContext = Parameters<typeof connectWire>[0];

/** Connects with credentials, says HELLO, and gives the answer. */
async function join(
  t: TestContext,
  application: Application,
  { bearers = [], query = '', details = { authmethods: ['jwt'] } }: Upgrade,
): Promise<{ client: WireClient; answer: unknown[] }> {
  const url = webSocketUrl(application) + query;
  const client = await connectWire(t, url, {}, ['wamp.2.json', ...bearers]);
  client.send([1, 'realm1', { ...ALL_ROLES, ...details }]);
  return { client, answer: await client.receive() };
}

describe('a token beside the subprotocol', () => {
  it('opens a session without a CHALLENGE, and is not echoed', async (t) => {
    const application = await startTestApplication(t);
    const token = await fetchToken(application);
    const { client, answer } = await join(t, application, { bearers: [encode(token)] });
    equal(client.protocol, 'wamp.2.json');
    equal(answer[0], 2);
    const { authid, authrole, authmethod, authextra } = answer[2] as Record<string, unknown>;
    deepEqual([authid, authrole, authmethod], ['admin', 'admin', 'jwt']);
    match(JSON.stringify(authextra), /"expires_at":\d+,"refresh_at":\d+/u);
  });

  it('counts wherever it stands, and for whatever HELLO offers', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    const client = await connectWire(t, url, {}, [encode(makeToken()), 'wamp.2.json']);
    equal(client.protocol, 'wamp.2.json');
    client.send([1, 'realm1', ALL_ROLES]);
    equal((await client.receive())[0], 2);
    for (const authmethods of [['anonymous'], ['ticket', 'wampcra'], ['x']]) {
      const details = { authmethods };
      const { answer } = await join(t, application, { bearers: [encode(makeToken())], details });
      deepEqual([authmethods, answer[0]], [authmethods, 2]);
    }
  });

  it('is no subprotocol by itself', async (t) => {
    const application = await startTestApplication(t);
    const protocols = encode(makeToken());
    const headers = { 'sec-websocket-protocol': protocols };
    equal(await upgradeStatus(webSocketUrl(application), headers), 400);
  });

  it('is refused by ABORT when it does not hold, without a second try (W6)', async (t) => {
    const application = await startTestApplication(t);
    for (const [name, wrong] of wrongTokens) {
      const bearers = [encode(wrong())];
      const { client, answer } = await join(t, application, { bearers });
      const [code, details, reason] = answer as [number, { message: string }, string];
      equal(code, 3, name);
      match(reason, /^wamp\.error\.(authentication_denied|no_matching_auth_method)$/u);
      match(details.message, /^(token_expired|invalid_token|audience_mismatch|such a bearer .*)$/u);
      equal(await client.closed, 1000);
    }
  });

  it('may stand there as it is', async (t) => {
    const application = await startTestApplication(t);
    const { answer } = await join(t, application, {
      bearers: [`base64url.bearer.${makeToken()}`],
    });
    equal(answer[0], 2);
  });

  it('is refused by ABORT after the upgrade when it is no token or comes twice, whatever else is offered', async (t) => {
    const application = await startTestApplication(t);
    const good = encode(makeToken());
    for (const bearers of [
      ['base64url.bearer.'],
      [good, encode(makeToken({ claims: { jti: 'other' } }))],
    ]) {
      const details = { authmethods: ['jwt', 'anonymous'] };
      const { answer } = await join(t, application, { bearers, details });
      deepEqual(answer, [3, { message: 'malformed_credentials' }, REFUSED]);
    }
    const cut = 'base64url.bearer.YWJjZ';
    for (const bearer of [cut, `${good}.x`, 'base64url.bearer._w']) {
      const details = { authmethods: ['jwt', 'anonymous'] };
      const { answer } = await join(t, application, { bearers: [bearer], details });
      deepEqual([answer[0], answer[2]], [3, 'wamp.error.no_matching_auth_method']);
    }
  });

  // J9
  it('does not stand for another authid, nor open a realm without the role', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_REALMS__1: '{ name: realm2, roles: [{ name: guest }] }',
    });
    const bearers = [encode(makeToken())];
    const other = await join(t, application, { bearers, details: { authid: 'root' } });
    deepEqual(other.answer, [3, { message: 'authid_mismatch' }, REFUSED]);
    const client = await connectWire(t, webSocketUrl(application), {}, ['wamp.2.json', ...bearers]);
    client.send([1, 'realm2', ALL_ROLES]);
    equal((await client.receive())[2], 'wamp.error.no_such_role');
  });

  it('ends its session when it ends, as any token does', async (t) => {
    const application = await startTestApplication(t, { EXPRESSWAY_EXPIRY__GRACE: '0s' });
    const { iat } = goodClaims();
    const token = makeToken({ claims: { exp: Number(iat) + 1 } });
    const { client, answer } = await join(t, application, { bearers: [encode(token)] });
    equal(answer[0], 2);
    equal(await client.closed, 4401);
  });
});

describe('a token in the query', () => {
  it('counts only where it is switched on', async (t) => {
    const query = `?token=${makeToken()}`;
    const off = await startTestApplication(t);
    equal((await join(t, off, { query })).answer[0], 4);
    deepEqual((await join(t, off, { query, details: {} })).answer[0], 3);
    const on = await startTestApplication(t, QUERY_TOKEN);
    equal((await join(t, on, { query })).answer[0], 2);
    equal(
      (await join(t, on, { query: `?a=b&token=${makeToken()}&c=d`, details: {} })).answer[0],
      2,
    );
  });

  it('is refused when it does not hold, or comes twice', async (t) => {
    const application = await startTestApplication(t, QUERY_TOKEN);
    for (const [name, wrong] of wrongTokens) {
      const { answer } = await join(t, application, { query: `?token=${wrong()}` });
      deepEqual([name, answer[0], answer[2]], [name, 3, REFUSED]);
    }
    equal((await join(t, application, { query: '?token=' })).answer[2], REFUSED);
    const twice = `?token=${makeToken()}&token=${makeToken()}`;
    const { answer } = await join(t, application, { query: twice });
    deepEqual(answer, [3, { message: 'malformed_credentials' }, REFUSED]);
  });
});

// J13, P13
describe('the log', () => {
  it('holds no token that came with an upgrade or with a request', async (t) => {
    const lines: string[] = [];
    const keep = (fields: object, message: string): void => {
      lines.push(`${message} ${inspect(fields, { depth: Infinity, maxStringLength: Infinity })}`);
    };
    const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep };
    const application = await startTestApplication(t, QUERY_TOKEN, logger);
    const token = makeToken();
    const expired = makeToken({ claims: { iat: 1_700_000_000, exp: 1_700_000_060 } });
    for (const each of [token, expired]) {
      await join(t, application, { query: `?token=${each}&ticket=${each}` });
      await join(t, application, { bearers: [encode(each)] });
      await join(t, application, { bearers: [`${encode(each)}.`] });
      await fetch(`${application.publicUrl}/get_token?token=${each}`);
      const url = `${webSocketUrl(application)}x?token=${each}`;
      equal(await upgradeStatus(url, { 'sec-websocket-protocol': encode(each) }), 404);
      const other = { origin: 'https://evil.example', 'sec-websocket-protocol': encode(each) };
      equal(await upgradeStatus(`${webSocketUrl(application)}?token=${each}`, other), 403);
    }
    await application.close();
    const log = lines.join('\n');
    match(log, /token refused/u);
    for (const each of [token, expired]) {
      const [, payload = ''] = each.split('.');
      ok(!log.includes(payload));
      ok(!log.includes(encode(each)));
    }
  });
});
