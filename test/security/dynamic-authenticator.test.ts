// Dynamic authenticators in Crossbar's shape, inside the started application (W5).
import { deepEqual, equal, match } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ALL_ROLES, connectWire, type WireClient } from '../support/wire-client.js';
import { RecordingLogger } from '../web/running-web.js';

const TRY_AGAIN_LATER = 1013;
const DENIED = 'wamp.error.authentication_denied';
const PROCEDURE = 'com.example.authenticate';
const GRANTS = 'realms: [realm1], roles: [user]';
const DYNAMIC = {
  EXPRESSWAY_AUTH__DYNAMIC: `[{ authmethod: ticket, procedure: ${PROCEDURE}, realm: realm1, ${GRANTS} }, { authmethod: anonymous, procedure: ${PROCEDURE}, ${GRANTS} }]`,
  EXPRESSWAY_AUTH__TICKET__KINDS: '[single_use, dynamic]',
  EXPRESSWAY_AUTH__ORDER: '[ticket, anonymous]',
};

/** The next message, or the code with which the connection closes before one comes. */
const next = (client: WireClient): Promise<unknown[] | number> =>
  Promise.race([client.receive(), client.closed]);

/** A backend that has registered the procedure by the trusted URL. */
async function startCallee(t: TestContext, { trustedUrl }: Application): Promise<WireClient> {
  const callee = await connectWire(t, trustedUrl);
  callee.send([1, 'realm1', ALL_ROLES]);
  await callee.receive();
  callee.send([64, 1, {}, PROCEDURE]);
  equal((await callee.receive())[0], 65);
  return callee;
}

/** A client that has given its ticket. */
async function giveTicket(
  t: TestContext,
  application: Application,
  ticket = 'a-ticket',
): Promise<WireClient> {
  const client = await connectWire(t, webSocketUrl(application), { cookie: 'a=b' });
  const details = { authmethods: ['ticket'], authid: 'joe', authextra: { device: 1 } };
  client.send([1, 'realm1', { ...ALL_ROLES, ...details }]);
  deepEqual(await client.receive(), [4, 'ticket', {}]);
  client.send([5, ticket, {}]);
  return client;
}

async function outcomeOf(
  t: TestContext,
  answer: (request: unknown) => unknown[],
): Promise<unknown[] | number> {
  const application = await startTestApplication(t, DYNAMIC);
  const callee = await startCallee(t, application);
  const client = await giveTicket(t, application);
  const [, request] = await callee.receive();
  callee.send(answer(request));
  return next(client);
}

const yields =
  (value: unknown) =>
  (request: unknown): unknown[] => [70, request, {}, [value]];
const fails =
  (error: string, ...args: unknown[]) =>
  (request: unknown): unknown[] => [8, 68, request, {}, error, args];

const welcomed = (outcome: unknown[] | number): Record<string, unknown> => {
  equal(Array.isArray(outcome) ? outcome[0] : outcome, 2);
  return (outcome as unknown[])[2] as Record<string, unknown>;
};

describe('a dynamic authenticator', () => {
  it('is asked in Crossbar’s shape', async (t) => {
    const application = await startTestApplication(t, DYNAMIC);
    const callee = await startCallee(t, application);
    const client = await giveTicket(t, application);
    const [type, request, , , args] = await callee.receive();
    equal(type, 68);
    const [realm, authid, details] = args as [string, string, Record<string, unknown>];
    deepEqual([realm, authid], ['realm1', 'joe']);
    const { session, transport, ...rest } = details;
    deepEqual(rest, {
      authmethod: 'ticket',
      authid: 'joe',
      authextra: { device: 1 },
      ticket: 'a-ticket',
    });
    const { http_headers_received: headers, ...place } = transport as Record<string, unknown>;
    equal((headers as Record<string, unknown>)['cookie'], 'a=b');
    deepEqual(place, {
      type: 'websocket',
      protocol: 'wamp.2.json',
      peer: '127.0.0.1',
      http_headers_sent: {},
      cbtid: null,
      client_cert: null,
    });
    callee.send([70, request, {}, ['user']]);
    const [, id, welcome] = await client.receive();
    equal(id, session);
    const { authid: name, authrole, authmethod, authprovider } = welcome as Record<string, unknown>;
    deepEqual([name, authrole, authmethod, authprovider], ['joe', 'user', 'ticket', 'dynamic']);
  });

  it('may say more than the role', async (t) => {
    const extra = { colour: 'red', expires_at: 4_000_000_000 };
    const outcome = await outcomeOf(
      t,
      yields({ role: 'user', authid: 'joe', realm: 'realm1', extra }),
    );
    const { authid, authrole, authextra } = welcomed(outcome);
    deepEqual([authid, authrole, authextra], ['joe', 'user', extra]);
  });

  for (const [name, answer, reason, message] of [
    [
      'refuses in its own words',
      fails('com.example.no_such_user', 'could not authenticate'),
      'com.example.no_such_user',
      'could not authenticate',
    ],
    [
      'refuses in the words of WAMP',
      fails('wamp.error.not_authorized'),
      'wamp.error.not_authorized',
      'authentication_denied',
    ],
    [
      'throws',
      fails('wamp.error.runtime_error', 'canary: Traceback'),
      'wamp.error.authentication_failed',
      'authentication_failed',
    ],
    ['says nothing', yields(null), 'wamp.error.authentication_failed', 'authentication_failed'],
    [
      'grants a role that it was not given to grant',
      yields('admin'),
      'wamp.error.authentication_failed',
      'authentication_failed',
    ],
    [
      'sends the client into another realm',
      yields({ role: 'user', realm: 'realm2' }),
      'wamp.error.authentication_failed',
      'authentication_failed',
    ],
    [
      'finds somebody else than the client claims to be (J9)',
      yields({ role: 'user', authid: 'ada' }),
      'wamp.error.authentication_denied',
      'authid_mismatch',
    ],
  ] as const) {
    it(`that ${name} makes ABORT of it`, async (t) => {
      deepEqual(await outcomeOf(t, answer), [3, { message }, reason]);
    });
  }

  it('that is absent makes clients come back and the application not ready, until it is there', async (t) => {
    const logger = new RecordingLogger();
    const application = await startTestApplication(t, DYNAMIC, logger);
    const ready = async (): Promise<number> =>
      (await fetch(`${application.publicUrl}/readyz`)).status;
    equal(await next(await giveTicket(t, application)), TRY_AGAIN_LATER);
    equal(await ready(), 503);
    deepEqual((await application.readiness()).reasons, [
      'nobody answers for ticket',
      'nobody answers for anonymous',
    ]);
    const callee = await startCallee(t, application);
    equal(await ready(), 200);
    const client = await giveTicket(t, application, 'canary-ticket');
    await callee.receive();
    callee.drop();
    equal(await next(client), TRY_AGAIN_LATER);
    equal(await ready(), 503);
    const lines = logger.lines.join('\n');
    match(lines, /dynamic authenticator failed/u);
    equal(lines.includes('canary-ticket'), false);
  });

  it('that is slow makes clients come back', async (t) => {
    const application = await startTestApplication(t, {
      ...DYNAMIC,
      EXPRESSWAY_LIMITS__AUTHENTICATOR: '50ms',
    });
    const callee = await startCallee(t, application);
    const client = await giveTicket(t, application);
    const [, request] = await callee.receive();
    equal(await next(client), TRY_AGAIN_LATER);
    // Its answer comes too late for anybody, and does not hurt.
    callee.send([70, request, {}, ['user']]);
    callee.send([48, 2, {}, 'wamp.session.count']);
    equal((await callee.receive())[0], 8);
  });

  it('tells the secret of a user, and the proof is checked here (wampcra)', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__DYNAMIC: `[{ authmethod: wampcra, procedure: ${PROCEDURE}, ${GRANTS} }]`,
      EXPRESSWAY_AUTH__ORDER: '[wampcra]',
    });
    const callee = await startCallee(t, application);
    for (const [answer, key, expected] of [
      [yields({ role: 'user', secret: 'kitten' }), 'kitten', 2],
      [yields({ role: 'user', secret: 'kitten' }), 'puppy', 3],
      [fails('wamp.error.no_such_principal'), 'kitten', 3],
    ] as const) {
      const client = await connectWire(t, webSocketUrl(application));
      client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['wampcra'], authid: 'joe' }]);
      const [, request] = await callee.receive();
      callee.send(answer(request));
      const [type, method, extra] = await client.receive();
      deepEqual([type, method], [4, 'wampcra']);
      const { challenge } = extra as { challenge: string };
      client.send([5, createHmac('sha256', key).update(challenge).digest('base64'), {}]);
      const outcome = await client.receive();
      equal(outcome[0], expected);
      if (expected === 2) equal(welcomed(outcome)['authprovider'], 'dynamic');
      else deepEqual(outcome.slice(1), [{ message: 'invalid_credentials' }, DENIED]);
    }
  });

  it('names those who have no name', async (t) => {
    const application = await startTestApplication(t, DYNAMIC);
    const callee = await startCallee(t, application);
    const client = await connectWire(t, webSocketUrl(application));
    client.send([1, 'realm1', { ...ALL_ROLES, authid: 'root' }]);
    const [, request, , , args] = await callee.receive();
    const [, authid] = args as [string, string];
    match(authid, /^anonymous-/u);
    callee.send([70, request, {}, [{ role: 'user' }]]);
    const { authid: name, authrole } = welcomed(await client.receive());
    deepEqual([name, authrole], [authid, 'user']);
  });
});
