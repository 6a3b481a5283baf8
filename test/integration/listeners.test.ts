import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { Application } from '../../src/application.js';
import { SerializerRefused } from '../conformance/wire/serializer-refused.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TLS_CERT, TLS_KEY } from '../support/tls-pair.js';
import { makeToken } from '../support/tokens.js';
import { WireSession } from '../support/wire-session.js';

const TOPIC = 'com.example.status.changed';
const TRUSTED = { trusted: true, role: 'trusted' };
const WITH_TOKEN = { authmethods: ['jwt'] };

/** The application of the development configuration with long-poll at /longpoll and these listeners. */
const startWith = (
  t: TestContext,
  listeners: readonly object[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Application> =>
  startTestApplication(t, {
    EXPRESSWAY_PUBLIC__LONGPOLL_PATH: '/longpoll',
    EXPRESSWAY_LISTENERS: JSON.stringify(listeners),
    ...environment,
  });

/** Where the listener of this name is. */
function urlOf({ listenerUrls }: Application, name: string): string {
  const url = listenerUrls.get(name);
  ok(url !== undefined);
  return url;
}

/** The tests' own certificate as the configuration names it. */
function certificate(t: TestContext): { cert_file: string; key_file: string } {
  const folder = temporaryFolder(t);
  const files = { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
  writeFileSync(files.cert_file, TLS_CERT);
  writeFileSync(files.key_file, TLS_KEY, { mode: 0o600 });
  return files;
}

async function subscribe(session: WireSession): Promise<void> {
  session.send([32, 1, {}, TOPIC]);
  equal((await session.receive())[0], 33);
}

describe('the listeners of an application', () => {
  for (const serializer of ['json', 'msgpack', 'cbor'] as const) {
    it(`carry events between WebSocket, RawSocket by Unix socket and TLS, and long-poll in ${serializer}`, async (t) => {
      const path = join(temporaryFolder(t), 'services.sock');
      const application = await startWith(t, [
        { name: 'services', type: 'rawsocket', unix: path, mode: '0600', ...TRUSTED },
        { name: 'devices', type: 'rawsocket', port: 0, ...WITH_TOKEN, tls: certificate(t) },
      ]);
      equal(urlOf(application, 'services'), `unix:${path}`);
      equal(statSync(path).mode & 0o777, 0o600);
      match(urlOf(application, 'devices'), /^tls:\/\/127\.0\.0\.1:\d+$/);
      const services = await WireSession.join(t, urlOf(application, 'services'), serializer);
      equal(services.details['authrole'], 'trusted');
      const subscribers: WireSession[] = [];
      for (const [url, name] of [
        [webSocketUrl(application), 'json'],
        [webSocketUrl(application), `${serializer}.batched`],
        [urlOf(application, 'devices'), serializer],
        [`${application.publicUrl}/longpoll`, serializer],
        [`${application.publicUrl}/longpoll`, `${serializer}.batched`],
      ] as const) {
        const { session, details } = await WireSession.join(t, url, name, makeToken());
        deepEqual([details['authid'], details['authrole']], ['admin', 'admin']);
        await subscribe(session);
        subscribers.push(session);
      }
      for (const [index, publisher] of [services.session, ...subscribers].entries()) {
        publisher.send([
          16,
          publisher === services.session ? 1 : 2,
          {},
          TOPIC,
          [index, 'é'],
          { a: [] },
        ]);
        for (const subscriber of subscribers.filter((each) => each !== publisher)) {
          const [type, , , , args, kwargs] = await subscriber.receive();
          deepEqual([type, args, kwargs], [36, [index, 'é'], { a: [] }]);
        }
      }
    });
  }

  it('let nobody in without a token but through those that are trusted', async (t) => {
    const application = await startWith(t, [
      { name: 'devices', type: 'rawsocket', port: 0, ...WITH_TOKEN },
    ]);
    for (const url of [urlOf(application, 'devices'), `${application.publicUrl}/longpoll`]) {
      const session = await WireSession.connect(t, url, 'json');
      session.send([1, 'realm1', { roles: { publisher: {} }, authmethods: ['anonymous'] }]);
      const [type, , reason] = await session.receive();
      deepEqual([type, reason], [3, 'wamp.error.authentication_required']);
      await session.closed;
    }
  });

  it('keep the role of a trusted one from all users', async (t) => {
    const application = await startWith(t, [
      { name: 'services', type: 'websocket', port: 0, trusted: true, role: 'user' },
    ]);
    const session = await WireSession.connect(t, webSocketUrl(application), 'json');
    session.send([1, 'realm1', { roles: { publisher: {} }, authmethods: ['jwt'] }]);
    equal((await session.receive())[0], 4);
    session.send([5, makeToken({ claims: { sub: 'ryan' } }), {}]);
    equal((await session.receive())[0], 3);
    const services = await WireSession.join(t, urlOf(application, 'services'), 'json');
    equal(services.details['authrole'], 'user');
  });

  it('take numbers of requests at random and the empty lists of PHP where they are lenient, and only there', async (t) => {
    const application = await startWith(t, [
      { name: 'services', type: 'rawsocket', port: 0, ...TRUSTED },
    ]);
    const lenient = await WireSession.join(t, urlOf(application, 'services'), 'json');
    lenient.session.send([16, 4711, [], TOPIC]);
    lenient.session.send([16, 815, { acknowledge: true }, TOPIC]);
    deepEqual((await lenient.session.receive()).slice(0, 2), [17, 815]);
    const strict = await WireSession.join(t, webSocketUrl(application), 'json', makeToken());
    strict.session.send([16, 1, [], TOPIC]);
    deepEqual((await strict.session.receive())[2], 'wamp.error.protocol_violation');
  });

  it('speak only the serializers that they are given', async (t) => {
    const application = await startWith(
      t,
      [{ name: 'services', type: 'rawsocket', port: 0, ...TRUSTED, serializers: ['cbor'] }],
      { EXPRESSWAY_PUBLIC__SERIALIZERS: '[json]' },
    );
    await WireSession.join(t, urlOf(application, 'services'), 'cbor');
    for (const [url, serializer] of [
      [urlOf(application, 'services'), 'json'],
      [webSocketUrl(application), 'cbor'],
      [`${application.publicUrl}/longpoll`, 'msgpack'],
    ] as const) {
      await rejects(WireSession.connect(t, url, serializer), SerializerRefused);
    }
  });

  it('cut off a web page that sends HTTP to a RawSocket', async (t) => {
    const application = await startWith(t, [
      { name: 'services', type: 'rawsocket', port: 0, ...TRUSTED },
    ]);
    await rejects(fetch(urlOf(application, 'services').replace('tcp:', 'http:')));
  });

  it('serve a WebSocket over TLS at its path, to pages of its own origins only', async (t) => {
    const application = await startWith(t, [
      {
        name: 'pages',
        type: 'websocket',
        port: 0,
        path: '/wamp',
        ...WITH_TOKEN,
        tls: certificate(t),
        allowed_origins: ['https://app.example.com'],
      },
    ]);
    const url = urlOf(application, 'pages');
    match(url, /^wss:\/\/127\.0\.0\.1:\d+\/wamp$/);
    const open = (target: string, origin: string): WebSocket => {
      const socket = new WebSocket(target, ['wamp.2.cbor'], { ca: TLS_CERT, origin });
      t.after(() => {
        socket.on('error', () => undefined);
        socket.terminate();
      });
      return socket;
    };
    const allowed = open(url, 'https://app.example.com');
    await once(allowed, 'open');
    equal(allowed.protocol, 'wamp.2.cbor');
    await rejects(once(open(url, 'https://evil.example'), 'open'), /403/);
    await rejects(once(open(`${url}/x`, 'https://app.example.com'), 'open'), /404/);
  });

  it('are refused as trusted WebSockets to who comes through a proxy or with a strange Host', async (t) => {
    const application = await startWith(t, [
      { name: 'services', type: 'websocket', port: 0, ...TRUSTED, allowed_hosts: ['a.internal'] },
    ]);
    const url = urlOf(application, 'services');
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const socket = new WebSocket(url, ['wamp.2.json'], { headers });
      socket.on('error', () => undefined);
      t.after(() => {
        socket.terminate();
      });
      const answered = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
      const opened = once(socket, 'open').then(() => 101);
      opened.catch(() => undefined);
      return Promise.race([opened, answered.then(([, response]) => response.statusCode ?? 0)]);
    };
    equal(await status({ host: 'a.internal' }), 101);
    equal(await status({ host: 'b.internal' }), 403);
    equal(await status({ 'x-forwarded-for': '203.0.113.9' }), 403);
    const asked = request(url.replace('ws:', 'http:'));
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    equal(response.statusCode, 426);
  });

  it('have limits of their own', async (t) => {
    const application = await startWith(t, [
      { name: 'small', type: 'rawsocket', port: 0, ...TRUSTED, limits: { message: '2KiB' } },
    ]);
    const { session } = await WireSession.join(t, urlOf(application, 'small'), 'json');
    session.send([16, 1, { acknowledge: true }, TOPIC, ['x'.repeat(1900)]]);
    equal((await session.receive())[0], 17);
    session.send([16, 2, { acknowledge: true }, TOPIC, ['x'.repeat(2048)]]);
    await session.closed;
  });

  it('close with the application, whatever is under way', async (t) => {
    const path = join(temporaryFolder(t), 'services.sock');
    const application = await startWith(t, [
      { name: 'services', type: 'rawsocket', unix: path, ...TRUSTED },
      { name: 'devices', type: 'rawsocket', port: 0, ...WITH_TOKEN, tls: certificate(t) },
      { name: 'pages', type: 'websocket', port: 0, ...WITH_TOKEN, tls: certificate(t) },
    ]);
    const { session } = await WireSession.join(t, urlOf(application, 'services'), 'json');
    const poller = `${application.publicUrl}/longpoll`;
    const polling = await WireSession.join(t, poller, 'json', makeToken());
    // Two that never say a word of TLS, and one that never says a word of RawSocket.
    const silent = [connect(path)];
    for (const name of ['devices', 'pages']) {
      const { hostname, port } = new URL(urlOf(application, name));
      silent.push(connect(Number(port), hostname));
    }
    for (const socket of silent) {
      socket.on('error', () => undefined);
      await once(socket, 'connect');
    }
    await application.close();
    await Promise.all([session.closed, polling.session.closed]);
  });

  it('free what they have when one of them cannot have its address', async (t) => {
    const first = await startWith(t, [{ name: 'a', type: 'rawsocket', port: 0, ...WITH_TOKEN }]);
    const { port } = new URL(urlOf(first, 'a'));
    const taken = { name: 'b', type: 'rawsocket', port: Number(port), ...WITH_TOKEN };
    await rejects(startWith(t, [taken]), { code: 'EADDRINUSE' });
  });
});
