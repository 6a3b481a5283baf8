import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Authenticator } from '../../../src/router/authenticator.js';
import type { List } from '../../../src/router/protocol/message.js';
import { GUEST, openEntrance } from '../../support/open-entrance.js';
import { sessionOf } from '../../support/peer.js';
import { listenRaw, type RawSocketClient } from '../../support/rawsocket-pair.js';
import { createRouter } from '../../support/test-router.js';

const LONG = 'x'.repeat(500);
/** JSON, and messages of 512 octets at most. */
const SHORT_JSON = '7f010000';
const HELLO: List = [1, 'realm1', { roles: { subscriber: {}, publisher: {} } }];

/** A client that takes short messages only, of a router with this authenticator; it has said HELLO. */
async function connect(
  t: TestContext,
  authenticate: Authenticator['authenticate'],
): Promise<RawSocketClient> {
  const router = createRouter(t);
  const entrance = openEntrance({ authenticators: [{ authmethod: undefined, authenticate }] });
  const { connect } = await listenRaw(t, {
    onconnection: (transport) => {
      router.attach(transport, entrance);
    },
  });
  const client = await connect();
  await client.shake(SHORT_JSON);
  client.send(HELLO);
  return client;
}

// RS-8, WS-15
describe('a client that takes 512 octets', () => {
  it('gets a WELCOME without what it can do without', async (t) => {
    const { receive } = await connect(t, () =>
      Promise.resolve({ ...GUEST, authextra: { long: LONG }, details: { expires: 7 } }),
    );
    const welcome = await receive();
    deepEqual(welcome, [
      2,
      sessionOf(welcome),
      {
        realm: 'realm1',
        authid: 'ada',
        authrole: 'user',
        authmethod: 'test',
        authprovider: 'tests',
        roles: { broker: {}, dealer: {} },
      },
    ]);
  });

  it('is told when even that is too long, and has no session', async (t) => {
    const { receive, stream } = await connect(t, () => Promise.resolve({ ...GUEST, authid: LONG }));
    const message = 'a WELCOME is longer than this client takes';
    deepEqual(await receive(), [3, { message }, 'wamp.error.payload_size_exceeded']);
    equal((await stream.rest).length, 0);
  });

  it('is told when a CHALLENGE is too long', async (t) => {
    const { receive, stream } = await connect(t, async ({ challenge }) => {
      await challenge('ticket', { long: LONG });
      return GUEST;
    });
    const message = 'a CHALLENGE is longer than this client takes';
    deepEqual(await receive(), [3, { message }, 'wamp.error.payload_size_exceeded']);
    equal((await stream.rest).length, 0);
  });

  it('misses an EVENT that is longer, and gets the next', async (t) => {
    const { send, receive } = await connect(t, () => Promise.resolve(GUEST));
    sessionOf(await receive());
    send([32, 1, {}, 'a.b']);
    const [, , subscription] = await receive();
    for (const [request, text] of [
      [2, LONG],
      [3, 'short'],
    ] as const) {
      send([16, request, { acknowledge: true, exclude_me: false }, 'a.b', [text]]);
    }
    const [first, second, third] = [await receive(), await receive(), await receive()];
    deepEqual(first.slice(0, 2), [17, 2]);
    deepEqual([second[0], second[1], second[4]], [36, subscription, ['short']]);
    deepEqual(third.slice(0, 2), [17, 3]);
  });
});
