import type { TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { connectWire, joinWithToken, type WireClient } from '../support/wire-client.js';

const anything = { publish: true, subscribe: true, call: true, register: true };

/** `auth` may revoke, `admin` may do anything below `com.`, `user` may watch statuses. */
const ROLES = [
  {
    name: 'admin',
    permissions: [
      { uri: 'com.', match: 'prefix', allow: anything },
      { uri: 'expressway.auth.', match: 'prefix', allow: { call: true } },
    ],
  },
  {
    name: 'user',
    permissions: [{ uri: 'com.example.status.', match: 'prefix', allow: { subscribe: true } }],
  },
  {
    name: 'trusted',
    permissions: [{ uri: 'com.', match: 'prefix', allow: { publish: true } }],
  },
];

/** The application with a role that may revoke, and users `admin` and `ryan`. */
export const startControlled = (
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<Application> =>
  startTestApplication(t, {
    EXPRESSWAY_REALMS: JSON.stringify([{ name: 'realm1', roles: ROLES }]),
    ...environment,
  });

/** A client in session by this token. */
export async function inSession(
  t: TestContext,
  application: Application,
  token: string,
): Promise<WireClient> {
  const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
  if (answer[0] !== 2) throw new Error(`no WELCOME but ${JSON.stringify(answer)}`);
  return client;
}

/** What AUTHENTICATE with this token is answered with. */
export async function answerTo(
  t: TestContext,
  application: Application,
  token: string,
): Promise<unknown[]> {
  const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
  client.drop();
  return answer;
}

/** A client on the trusted URL. */
export async function onTrustedUrl(t: TestContext, application: Application): Promise<WireClient> {
  const client = await connectWire(t, application.trustedUrl);
  client.send([1, 'realm1', { roles: { publisher: {}, caller: {} } }]);
  await client.receive();
  return client;
}

/** How the router refuses a token. */
export const REFUSED = [3, { message: 'invalid_token' }, 'wamp.error.authentication_denied'];

/** How the router ends a session for good. */
export const goodbye = (message: string): unknown[] => [6, { message }, 'wamp.close.killed'];
