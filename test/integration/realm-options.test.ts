import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication } from '../support/application.js';
import { ByteStream } from '../support/byte-stream.js';
import { makeToken } from '../support/tokens.js';
import { WireSession } from '../support/wire-session.js';

const ADD = 'wamp.session.add_testament';

/** Two backends in an application with these keys. */
async function backends(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly [WireSession, WireSession, string]> {
  const { trustedUrl, publicUrl } = await startTestApplication(t, environment);
  const [first, second] = [
    await WireSession.join(t, trustedUrl, 'json'),
    await WireSession.join(t, trustedUrl, 'json'),
  ];
  return [first.session, second.session, `${publicUrl.replace('http', 'ws')}/ws`];
}

async function ask(session: WireSession, message: readonly unknown[]): Promise<readonly unknown[]> {
  session.send(message);
  return session.receive();
}

describe('realms[]', () => {
  it('has call_queue: 0 refuse a call whose callee is busy', async (t) => {
    const [callee, caller] = await backends(t, { EXPRESSWAY_REALMS__0__CALL_QUEUE: '0' });
    await ask(callee, [64, 1, { invoke: 'roundrobin', concurrency: 1 }, 'com.example.a']);
    caller.send([48, 1, {}, 'com.example.a']);
    equal((await callee.receive())[0], 68);
    const [type, , request, , error] = await ask(caller, [48, 2, {}, 'com.example.a']);
    deepEqual([type, request, error], [8, 2, 'wamp.error.no_available_callee']);
  });

  it('has force_reregister take a procedure only where it is on', async (t) => {
    const message = [64, 1, { force_reregister: true }, 'com.example.a'];
    for (const [value, answer] of [
      ['false', 8],
      ['true', 65],
    ] as const) {
      const [holder, other] = await backends(t, {
        EXPRESSWAY_REALMS__0__FORCE_REREGISTER: value,
      });
      equal((await ask(holder, [64, 1, {}, 'com.example.a']))[0], 65);
      equal((await ask(other, message))[0], answer);
    }
  });

  it('has the ways of Thruway only where they are on', async (t) => {
    const stateHandler = [
      48,
      1,
      {},
      'add_state_handler',
      [{ uri: 'com.example.t', handler_uri: 'com.example.state', options: {} }],
    ];
    for (const [value, error] of [
      ['false', 'wamp.error.no_such_procedure'],
      ['true', undefined],
    ] as const) {
      const permission = { uri: 'add_state_handler', allow: { call: true } };
      const [backend] = await backends(t, {
        EXPRESSWAY_REALMS__0__THRUWAY__STATE_HANDLERS: value,
        EXPRESSWAY_REALMS__0__ROLES__2__PERMISSIONS: JSON.stringify([
          permission,
          { uri: 'com.example.', match: 'prefix', allow: { publish: true, call: true } },
        ]),
      });
      equal((await ask(backend, stateHandler))[4], error);
    }
  });
});

describe('the development configuration', () => {
  it('lets backends leave testaments as their limits allow, and see nobody', async (t) => {
    const [backend] = await backends(t, { EXPRESSWAY_TRUSTED__LIMITS__TESTAMENTS: '1' });
    const testament = ['com.example.gone', [], {}];
    deepEqual(await ask(backend, [48, 1, {}, ADD, testament]), [50, 1, {}]);
    equal((await ask(backend, [48, 2, {}, ADD, testament]))[4], 'expressway.error.limit_exceeded');
    equal((await ask(backend, [48, 3, {}, 'wamp.session.flush_testaments']))[0], 50);
    equal((await ask(backend, [48, 4, {}, 'wamp.session.list']))[4], 'wamp.error.not_authorized');
  });

  it('lets the administrator look into the realm, and other users not', async (t) => {
    const [, , url] = await backends(t);
    const { session: admin } = await WireSession.join(t, url, 'json', makeToken());
    deepEqual(await ask(admin, [48, 1, {}, 'wamp.session.count']), [50, 1, {}, [3]]);
    equal((await ask(admin, [32, 2, { match: 'prefix' }, 'wamp.']))[0], 33);
    const token = makeToken({ claims: { sub: 'ryan' } });
    const { session: user } = await WireSession.join(t, url, 'json', token);
    equal((await ask(user, [48, 1, {}, 'wamp.session.count']))[4], 'wamp.error.not_authorized');
  });
});

describe('listeners[].ping', () => {
  it('has a RawSocket pinged', async (t) => {
    const listener = { name: 'a', type: 'rawsocket', port: 0, trusted: true, role: 'trusted' };
    const { listenerUrls } = await startTestApplication(t, {
      EXPRESSWAY_LISTENERS: JSON.stringify([{ ...listener, ping: '100ms' }]),
    });
    const { hostname, port } = new URL(listenerUrls.get('a') ?? '');
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    const stream = new ByteStream(socket);
    await once(socket, 'connect');
    socket.write(Buffer.from('7ff10000', 'hex'));
    equal((await stream.take(4)).subarray(0, 1).toString('hex'), '7f');
    equal((await stream.take(4)).toString('hex'), '01000000');
  });
});
