// Threats to tickets (L15, L7), against the started application.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { WebSocket } from 'ws';
import type { Application } from '../../src/application.js';
import type { Logger } from '../../src/router/index.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { basic, HttpClient, type Answer } from '../support/http.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, type WireClient } from '../support/wire-client.js';

const KEY = '4b1e0d9c7a6f583214e5d6c7b8a90f1e';
const TICKETS = { EXPRESSWAY_AUTH__ORDER: '[jwt, ticket]' };
const BACKEND = {
  ...TICKETS,
  EXPRESSWAY_AUTH__TICKET__KINDS: '[single_use, backend]',
  EXPRESSWAY_AUTH__TICKET__BACKEND_KEY: KEY,
  EXPRESSWAY_AUTH__TICKET__BACKEND_ROLES: '[user]',
};
const RYAN = { Authorization: basic('ryan', 'ryanpass') };
const DENIED = 'wamp.error.authentication_denied';

const parse = ({ body }: Answer): Record<string, unknown> =>
  JSON.parse(body) as Record<string, unknown>;

async function ticketOf(client: HttpClient, headers = RYAN): Promise<string> {
  const answer = await client.post('/ticket', {}, headers);
  equal(answer.status, 200);
  return String(parse(answer)['ticket']);
}

/** The answer to HELLO and AUTHENTICATE with a ticket. */
async function joinWithTicket(
  t: TestContext,
  application: Application,
  ticket: string,
): Promise<unknown[]> {
  const client = await connectWire(t, webSocketUrl(application));
  client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['ticket'] }]);
  deepEqual(await client.receive(), [4, 'ticket', {}]);
  client.send([5, ticket, {}]);
  return client.receive();
}

/** A client that connects with `?ticket=` and says HELLO. */
async function arriveWithTicket(
  t: TestContext,
  application: Application,
  ticket: string,
  details: object = {},
): Promise<WireClient> {
  const client = await connectWire(t, `${webSocketUrl(application)}?ticket=${ticket}`);
  client.send([1, 'realm1', { ...ALL_ROLES, ...details }]);
  return client;
}

const backendTicket = (jti: string, exp: number, role: string, key = KEY): string => {
  const signed = `v1.${jti}.${exp}.${role}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
};

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('POST /ticket', () => {
  it('gives a ticket for Basic credentials, a token and a web session', async (t) => {
    const application = await startTestApplication(t, TICKETS);
    const client = new HttpClient(application.publicUrl);
    const answer = await client.post('/ticket', {}, RYAN);
    equal(answer.status, 200);
    equal(answer.headers['cache-control'], 'no-store');
    equal(answer.headers.etag, undefined);
    const { ticket, expires_in, expires_at, ws_url, ...others } = parse(answer);
    match(String(ticket), /^[\w-]{43}$/);
    deepEqual([expires_in, ws_url, others], [300, webSocketUrl(application), {}]);
    ok(Math.abs(Number(expires_at) - inSeconds(300)) <= 1);

    const bearer = await ticketOf(client, { Authorization: `Bearer ${makeToken()}` });
    await client.logIn('admin', 'kitten');
    const csrf_token = await client.formToken('/livestatus');
    const session = String(parse(await client.post('/ticket', { csrf_token }))['ticket']);
    for (const [each, authid, authrole] of [
      [String(ticket), 'ryan', 'user'],
      [bearer, 'admin', 'admin'],
      [session, 'admin', 'admin'],
    ] as const) {
      const [code, , details] = await joinWithTicket(t, application, each);
      const welcome = details as Record<string, unknown>;
      deepEqual(
        [code, welcome['authid'], welcome['authrole'], welcome['authmethod']],
        [2, authid, authrole, 'ticket'],
      );
    }
  });

  it('gives none to a wrong password, a bad token or nobody, and says so as problem+json', async (t) => {
    const { publicUrl } = await startTestApplication(t, TICKETS);
    const client = new HttpClient(publicUrl);
    const expired = makeToken({ claims: { iat: 1_700_000_000, exp: 1_700_000_060 } });
    const cases: readonly (readonly [OutgoingHttpHeaders, number, RegExp])[] = [
      [{}, 401, /^Basic /],
      [{ Authorization: basic('ryan', 'wrong') }, 401, /^Basic /],
      [{ Authorization: `Bearer ${expired}` }, 401, /^Bearer .*error="invalid_token"$/],
      [{ Authorization: 'Bearer' }, 400, /^$/],
      [{ Authorization: `Bearer ${expired} x` }, 400, /^$/],
      [{ Authorization: [RYAN.Authorization, `Bearer ${makeToken()}`] }, 400, /^$/],
    ];
    for (const [headers, status, challenge] of cases) {
      const answer = await client.send('POST', '/ticket', { headers });
      equal(answer.status, status);
      match(answer.headers['www-authenticate'] ?? '', challenge);
      equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
      equal(answer.headers['cache-control'], 'no-store');
    }
  });

  // L7
  it('is for no other site, needs the form token of a session, and changes nothing by GET', async (t) => {
    const { publicUrl } = await startTestApplication(t, TICKETS);
    const client = new HttpClient(publicUrl);
    await client.logIn('admin', 'kitten');
    const csrf_token = await client.formToken('/livestatus');
    const site = { 'Sec-Fetch-Site': 'cross-site' };
    equal((await client.post('/ticket')).status, 403);
    equal((await client.post('/ticket', { csrf_token: `${csrf_token.slice(1)}A` })).status, 403);
    equal((await client.post('/ticket', { csrf_token }, site)).status, 403);
    equal(
      (await client.post('/ticket', { csrf_token }, { Origin: 'http://evil.test' })).status,
      403,
    );
    equal((await client.stranger().post('/ticket', {}, { ...RYAN, ...site })).status, 403);
    const get = await client.get('/ticket');
    deepEqual([get.status, get.headers.allow], [405, 'POST, OPTIONS']);
    equal((await client.post('/ticket', { csrf_token })).status, 200);
    equal((await client.post('/ticket', {}, { 'X-CSRF-Token': csrf_token })).status, 200);
  });

  it('is not there unless such tickets are taken somewhere', async (t) => {
    for (const environment of [{}, { ...BACKEND, EXPRESSWAY_AUTH__TICKET__KINDS: '[backend]' }]) {
      const { publicUrl } = await startTestApplication(t, environment);
      equal((await new HttpClient(publicUrl).post('/ticket', {}, RYAN)).status, 404);
    }
  });

  it('gives tickets for realms only in which the user has a role', async (t) => {
    const { publicUrl } = await startTestApplication(t, {
      ...TICKETS,
      EXPRESSWAY_REALMS:
        '[{name: realm1, roles: [{name: user}, {name: trusted}]}, {name: realm2, roles: [{name: admin}]}]',
    });
    const client = new HttpClient(publicUrl);
    equal((await client.post('/ticket', { realm: 'realm1' }, RYAN)).status, 200);
    for (const realm of ['realm2', 'realm3', '__proto__', 'thruway.auth']) {
      equal((await client.post('/ticket', { realm }, RYAN)).status, 403);
    }
  });

  it('is bounded for each user (L15), and in all', async (t) => {
    const application = await startTestApplication(t, {
      ...TICKETS,
      EXPRESSWAY_AUTH__TICKET__MAX: '3',
      EXPRESSWAY_AUTH__TICKET__MAX_PER_USER: '2',
    });
    const client = new HttpClient(application.publicUrl);
    const admin = { Authorization: basic('admin', 'kitten') };
    const ticket = await ticketOf(client);
    await ticketOf(client);
    const third = await client.post('/ticket', {}, RYAN);
    equal(third.status, 429);
    ok(Number(third.headers['retry-after']) > 290);
    await ticketOf(client, admin);
    equal((await client.post('/ticket', {}, admin)).status, 503);
    equal((await joinWithTicket(t, application, ticket))[0], 2);
    await ticketOf(client);
  });
});

describe('L15: a ticket', () => {
  it('opens a session by itself when it comes with the upgrade', async (t) => {
    const application = await startTestApplication(t, TICKETS);
    const client = new HttpClient(application.publicUrl);
    const ticket = await ticketOf(client);
    const session = await arriveWithTicket(t, application, ticket);
    const [code, , details] = await session.receive();
    const { authid, authmethod } = details as Record<string, unknown>;
    deepEqual([code, authid, authmethod], [2, 'ryan', 'ticket']);
  });

  it('may come beside the subprotocol, encoded or as it is, and is not echoed', async (t) => {
    const application = await startTestApplication(t, BACKEND);
    const http = new HttpClient(application.publicUrl);
    for (const bearer of [
      await ticketOf(http),
      Buffer.from(await ticketOf(http)).toString('base64url'),
      backendTicket('j-1', inSeconds(60), 'user'),
    ]) {
      const socket = new WebSocket(webSocketUrl(application), [
        'wamp.2.json',
        `base64url.bearer.${bearer}`,
      ]);
      t.after(() => {
        socket.terminate();
      });
      await once(socket, 'open');
      equal(socket.protocol, 'wamp.2.json');
      socket.send(JSON.stringify([1, 'realm1', ALL_ROLES]));
      const [data] = (await once(socket, 'message')) as [Buffer];
      equal((JSON.parse(data.toString()) as unknown[])[0], 2);
    }
  });

  it('is good once: of 100 parallel uses, by upgrade and by challenge, exactly one is welcomed', async (t) => {
    const application = await startTestApplication(t, TICKETS);
    const ticket = await ticketOf(new HttpClient(application.publicUrl));
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        if (index % 2 === 0) return joinWithTicket(t, application, ticket);
        return (await arriveWithTicket(t, application, ticket)).receive();
      }),
    );
    equal(answers.filter(([code]) => code === 2).length, 1);
    const refused = answers.filter(([code]) => code === 3);
    equal(refused.length, 99);
    deepEqual(new Set(refused.map(([, , reason]) => reason)), new Set([DENIED]));
  });

  it('is refused once it has expired, whoever comes with it', async (t) => {
    const application = await startTestApplication(t, {
      ...TICKETS,
      EXPRESSWAY_AUTH__TICKET__TTL: '1s',
    });
    const ticket = await ticketOf(new HttpClient(application.publicUrl));
    // The clock of the program is that of this test.
    const now = Date.now();
    t.mock.method(Date, 'now', () => now + 1000);
    deepEqual(await joinWithTicket(t, application, ticket), [
      3,
      { message: 'invalid_ticket' },
      DENIED,
    ]);
  });

  // W6
  it('that is wrong is never passed over for another way in', async (t) => {
    const application = await startTestApplication(t, TICKETS);
    for (const ticket of ['', 'x', 'A'.repeat(43)]) {
      const client = await arriveWithTicket(t, application, ticket, {
        authmethods: ['jwt', 'ticket', 'anonymous'],
      });
      deepEqual(await client.receive(), [3, { message: 'invalid_ticket' }, DENIED]);
    }
  });

  it('ends with the log-in that it came from, used or not', async (t) => {
    const application = await startTestApplication(t, TICKETS);
    const browser = new HttpClient(application.publicUrl);
    await browser.logIn('admin', 'kitten');
    const csrf_token = await browser.formToken('/livestatus');
    const take = async (): Promise<string> =>
      String(parse(await browser.post('/ticket', { csrf_token }))['ticket']);
    const [used, unused] = [await take(), await take()];
    const session = await arriveWithTicket(t, application, used);
    equal((await session.receive())[0], 2);
    await browser.post('/logout', { csrf_token });
    deepEqual((await session.receive()).slice(0, 1), [6]);
    const [code, , reason] = await joinWithTicket(t, application, unused);
    deepEqual([code, reason], [3, DENIED]);
  });

  it('does not come up in any log, nor does its query', async (t) => {
    const lines: string[] = [];
    const keep = (fields: object, message: string): void => {
      lines.push(`${message} ${inspect(fields, { depth: Infinity, maxStringLength: Infinity })}`);
    };
    const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep };
    const application = await startTestApplication(t, BACKEND, logger);
    const client = new HttpClient(application.publicUrl);
    const canary = 'canary-4f1c9a7b';
    const [first, second] = [await ticketOf(client), await ticketOf(client)];
    const backend = backendTicket('j-1', inSeconds(60), 'user');
    await joinWithTicket(t, application, first);
    await joinWithTicket(t, application, first);
    await joinWithTicket(t, application, backend);
    await joinWithTicket(t, application, backend);
    await (await arriveWithTicket(t, application, second)).receive();
    await (await arriveWithTicket(t, application, canary)).receive();
    await client.get(`/ws?ticket=${canary}`);
    await client.get(`/ticket?ticket=${canary}`);
    await client.post(`/ticket?ticket=${canary}`, { ticket: canary }, RYAN);
    await application.close();
    const log = lines.join('\n');
    ok(lines.length > 10);
    for (const secret of [first, second, backend.slice(-43), canary, KEY]) {
      ok(!log.includes(secret));
    }
    match(log, /ticket refused/);
  });
});

describe('A backend ticket', () => {
  it('opens one session in its role, by challenge or with the upgrade', async (t) => {
    const application = await startTestApplication(t, BACKEND);
    const ticket = backendTicket('j-1', inSeconds(60), 'user');
    const [code, , details] = await joinWithTicket(t, application, ticket);
    const { authid, authrole } = details as Record<string, unknown>;
    deepEqual([code, authid, authrole], [2, 'backend:j-1', 'user']);
    equal((await joinWithTicket(t, application, ticket))[0], 3);
    const other = backendTicket('j-2', inSeconds(60), 'user');
    const uses = await Promise.all(
      Array.from({ length: 100 }, async () =>
        (await arriveWithTicket(t, application, other)).receive(),
      ),
    );
    equal(uses.filter(([answer]) => answer === 2).length, 1);
  });

  it('is refused for another role, a foreign key, and an end that has passed or is too far off', async (t) => {
    const application = await startTestApplication(t, BACKEND);
    for (const ticket of [
      backendTicket('j-1', inSeconds(60), 'admin'),
      backendTicket('j-1', inSeconds(60), 'trusted'),
      backendTicket('j-1', inSeconds(60), 'user', KEY.toUpperCase()),
      backendTicket('j-1', inSeconds(-1), 'user'),
      backendTicket('j-1', inSeconds(302), 'user'),
    ]) {
      deepEqual(await joinWithTicket(t, application, ticket), [
        3,
        { message: 'invalid_ticket' },
        DENIED,
      ]);
    }
  });
});
