// Threats to the upgrade and to the WAMP handshake, against the started application.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { upgradeRequest } from '../support/upgrade-request.js';
import { ALL_ROLES, connectWire, joinWithToken, upgradeStatus } from '../support/wire-client.js';

const HELLO = [1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }];

describe('W1: cross-site WebSocket hijacking', () => {
  it('refuses foreign origins and accepts our own, configured ones and none', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_PUBLIC__ALLOWED_ORIGINS: '["https://app.example.com"]',
    });
    const url = webSocketUrl(application);
    const statusOf = (origin: string): Promise<number> => upgradeStatus(url, { origin });
    equal(await statusOf('http://evil.example'), 403);
    equal(await statusOf('https://app.example.com.evil.tld'), 403);
    equal(await statusOf('http://app.example.com'), 403);
    equal(await statusOf('https://app.example.com:8443'), 403);
    equal(await statusOf('null'), 403);
    equal(await statusOf('file://'), 403);
    equal(await statusOf('https://app.example.com'), 101);
    equal(await statusOf('HTTPS://APP.EXAMPLE.COM:443'), 101);
    equal(await statusOf(application.publicUrl), 101);
    equal(await upgradeStatus(url), 101);
  });
});

describe('W2: a reset at any moment of the upgrade', () => {
  it('harms nobody else, a thousand times over', async (t) => {
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(
      t,
      webSocketUrl(application),
      await fetchToken(application),
    );
    const { port } = new URL(application.publicUrl);
    const upgrade = upgradeRequest(`127.0.0.1:${port}`);
    for (let round = 0; round < 1000; round += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      // Cut at a different place each time, and without a FIN.
      socket.write(upgrade.slice(0, (round * 7) % (upgrade.length + 1)));
      const closed = once(socket, 'close');
      socket.resetAndDestroy();
      await closed;
    }
    client.send([32, 1, {}, 'com.example.alive']);
    equal((await client.receive())[0], 33);
  });

  it('harms nobody else while the authenticator is at work', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    for (let round = 0; round < 100; round += 1) {
      const client = await connectWire(t, url);
      client.send(HELLO);
      if (round % 2 === 0) {
        await client.receive();
        client.send([5, makeToken(), {}]);
      }
      client.drop();
      await client.closed;
    }
    const { answer } = await joinWithToken(t, url, await fetchToken(application));
    equal(answer[0], 2);
  });
});

describe('W3: half a handshake', () => {
  it('is closed with 4408 when HELLO does not come in time', async (t) => {
    const application = await startTestApplication(t, { EXPRESSWAY_LIMITS__HELLO: '50ms' });
    const client = await connectWire(t, webSocketUrl(application));
    equal(await client.closed, 4408);
  });

  it('is closed with 4408 when AUTHENTICATE does not come in time', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_LIMITS__HELLO: '200ms',
      EXPRESSWAY_LIMITS__AUTH: '200ms',
    });
    const client = await connectWire(t, webSocketUrl(application));
    client.send(HELLO);
    equal((await client.receive())[0], 4);
    equal(await client.closed, 4408);
  });

  it('can be opened only so often from one address, and joined sessions do not notice', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_LIMITS__PER_IP_UNAUTHENTICATED: '5',
    });
    const url = webSocketUrl(application);
    const { client } = await joinWithToken(t, url, await fetchToken(application));
    const idle = await Promise.all(Array.from({ length: 5 }, () => connectWire(t, url)));
    equal(await upgradeStatus(url), 503);
    client.send([32, 1, {}, 'com.example.alive']);
    equal((await client.receive())[0], 33);
    const [first] = idle;
    first?.drop();
    await first?.closed;
    client.send([32, 2, {}, 'com.example.later']);
    await client.receive();
    equal(await upgradeStatus(url), 101);
  });
});

describe('W3: many backends at once', () => {
  it('come in by the trusted URL, whose peers all have one address', async (t) => {
    const { trustedUrl } = await startTestApplication(t, {
      EXPRESSWAY_LIMITS__PER_IP_UNAUTHENTICATED: '5',
    });
    const clients = await Promise.all(Array.from({ length: 50 }, () => connectWire(t, trustedUrl)));
    for (const client of clients) client.send([1, 'realm1', ALL_ROLES]);
    for (const client of clients) equal((await client.receive())[0], 2);
  });
});

describe('W4: messages before WELCOME', () => {
  const beginnings: readonly (readonly [string, readonly unknown[][]])[] = [
    ['PUBLISH first', [[16, 1, {}, 'com.example.x']]],
    ['AUTHENTICATE first', [[5, 'token', {}]]],
    ['GOODBYE first', [[6, {}, 'wamp.close.normal']]],
    ['HELLO twice, the second behind the first', [HELLO, HELLO]],
    ['a request behind HELLO', [HELLO, [32, 1, {}, 'com.example.x']]],
  ];
  for (const [name, messages] of beginnings) {
    it(`${name} is a protocol violation`, async (t) => {
      const application = await startTestApplication(t);
      const client = await connectWire(t, webSocketUrl(application));
      for (const message of messages) client.send(message);
      let answer = await client.receive();
      // The challenge may have been on its way.
      while (answer[0] === 4) answer = await client.receive();
      deepEqual([answer[0], answer[2]], [3, 'wamp.error.protocol_violation']);
      equal(await client.closed, 1002);
    });
  }

  it('a second HELLO in an open session is a protocol violation', async (t) => {
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(
      t,
      webSocketUrl(application),
      await fetchToken(application),
    );
    client.send(HELLO);
    equal((await client.receive())[2], 'wamp.error.protocol_violation');
    equal(await client.closed, 1002);
  });
});

describe('W6: a weaker method', () => {
  const offers: readonly (readonly [unknown, string])[] = [
    [['foo'], 'wamp.error.no_matching_auth_method'],
    [['anonymous'], 'wamp.error.authentication_required'],
    [[], 'wamp.error.authentication_required'],
    [undefined, 'wamp.error.authentication_required'],
    [['trusted', 'internal'], 'wamp.error.no_matching_auth_method'],
  ];
  for (const [authmethods, reason] of offers) {
    it(`an offer of ${inspect(authmethods)} is refused with ${reason}`, async (t) => {
      const application = await startTestApplication(t);
      const client = await connectWire(t, webSocketUrl(application));
      client.send([1, 'realm1', { ...ALL_ROLES, authmethods }]);
      const [code, , answered] = await client.receive();
      deepEqual([code, answered], [3, reason]);
      await client.closed;
    });
  }

  it('is not fallen to when a token has expired', async (t) => {
    const application = await startTestApplication(t);
    const client = await connectWire(t, webSocketUrl(application));
    client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['anonymous', 'jwt'] }]);
    deepEqual((await client.receive()).slice(0, 2), [4, 'jwt']);
    client.send([5, makeToken({ claims: { iat: 1_700_000_000, exp: 1_700_000_060 } }), {}]);
    equal((await client.receive())[2], 'wamp.error.authentication_denied');
  });
});

describe('W7: probing for realms', () => {
  for (const realm of ['realm2', 'thruway.auth', '__proto__', 'constructor', 'REALM1']) {
    it(`${realm} is no realm`, async (t) => {
      const application = await startTestApplication(t);
      const client = await connectWire(t, webSocketUrl(application));
      client.send([1, realm, { ...ALL_ROLES, authmethods: ['jwt'] }]);
      deepEqual(await client.receive(), [
        3,
        { message: 'no such realm' },
        'wamp.error.no_such_realm',
      ]);
    });
  }
});

describe('W8: URIs that deceive', () => {
  it('refuses what is no URI, and reserved ones to publish and register', async (t) => {
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(
      t,
      webSocketUrl(application),
      await fetchToken(application),
    );
    const refused = [
      '',
      'com.example.a..b',
      '.com.example',
      'com.example.',
      'com.example.my app',
      'com.example.a#b',
      'com.example.a\u0000b',
      'com.example.a\nb',
      'com.example.\u202Ereversed',
      `com.example.${'x'.repeat(256)}`,
      'wamp.session.on_join',
      'expressway.auth.refresh',
    ];
    let request = 0;
    for (const uri of refused) {
      for (const code of [16, 64]) {
        request += 1;
        client.send([code, request, code === 16 ? { acknowledge: true } : {}, uri]);
        const answer = await client.receive();
        deepEqual(
          [uri, ...answer.slice(0, 3), answer[4]],
          [uri, 8, code, request, 'wamp.error.invalid_uri'],
        );
      }
    }
  });

  it('takes names of JavaScript as plain data', async (t) => {
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(
      t,
      webSocketUrl(application),
      await fetchToken(application),
    );
    const uris = ['com.example.__proto__', 'com.example.constructor', 'com.example.toString'];
    for (const [index, uri] of uris.entries()) {
      client.send([48, index + 1, {}, uri]);
      deepEqual(await client.receive(), [8, 48, index + 1, {}, 'wamp.error.no_such_procedure']);
    }
    ok(!('polluted' in {}));
  });
});

describe('W9: ids', () => {
  for (const id of [
    '-1',
    '0',
    '1.5',
    '9007199254740993',
    '9007199254740994',
    '"1"',
    'null',
    '1e400',
    '2',
    'true',
  ]) {
    it(`${id} as the first request's id is a protocol violation on the public listener`, async (t) => {
      const application = await startTestApplication(t);
      const token = await fetchToken(application);
      const { client } = await joinWithToken(t, webSocketUrl(application), token);
      client.send(`[32,${id},{},"com.example.x"]`);
      equal((await client.receive())[2], 'wamp.error.protocol_violation');
      equal(await client.closed, 1002);
    });
  }

  it('are in no order on the trusted listener, but still ids', async (t) => {
    const { trustedUrl } = await startTestApplication(t);
    const client = await connectWire(t, trustedUrl);
    client.send([1, 'realm1', ALL_ROLES]);
    await client.receive();
    client.send('[16,9007199254740992,{"acknowledge":true},"com.example.x"]');
    deepEqual((await client.receive()).slice(0, 2), [17, 9007199254740992]);
    client.send('[16,7,{"acknowledge":true},"com.example.x"]');
    deepEqual((await client.receive()).slice(0, 2), [17, 7]);
    client.send('[16,9007199254740993,{"acknowledge":true},"com.example.x"]');
    equal((await client.receive())[2], 'wamp.error.protocol_violation');
  });
});
