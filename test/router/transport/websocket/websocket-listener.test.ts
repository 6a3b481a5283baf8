import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { jsonSerializer } from '../../../../src/router/serializer/json-serializer.js';
import { HandshakeTurns } from '../../../../src/router/transport/turns/handshake-turns.js';
import { listen, openWebSocket } from '../../../support/websocket-pair.js';

const HANDSHAKE = [
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

/** Sends an upgrade request and gives the whole answer of a server that ends the connection. */
async function refusalOf(t: TestContext, url: string, ...headers: string[]): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  const lines = [`GET ${pathname} HTTP/1.1`, ...HANDSHAKE, ...headers, '', ''];
  socket.write(lines.join('\r\n'));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks).toString();
}

const JSON_OFFERED = 'Sec-WebSocket-Protocol: wamp.2.json';

describe('WebSocketListener', () => {
  // WS-1
  it('upgrades and echoes the subprotocol', async (t) => {
    const { url } = await listen(t);
    const { webSocket } = await openWebSocket(t, `${url}/ws`);
    equal(webSocket.protocol, 'wamp.2.json');
    equal(webSocket.extensions, '');
  });

  // WS-4
  it('chooses in the client’s order of preference', async (t) => {
    const json = jsonSerializer();
    const serializers = [json, { ...json, subprotocol: 'wamp.2.other' }];
    const { url } = await listen(t, { serializers });
    const subprotocols = ['x.unknown', 'wamp.2.other', 'wamp.2.json'];
    const { webSocket } = await openWebSocket(t, `${url}/ws`, { subprotocols });
    equal(webSocket.protocol, 'wamp.2.other');
  });

  // WS-5
  for (const headers of [[], ['Sec-WebSocket-Protocol: x.unknown, wamp.2.cbor']]) {
    it(`refuses with 400 when ${headers.join() || 'no subprotocol'} is offered`, async (t) => {
      const { url } = await listen(t);
      const answer = await refusalOf(t, `${url}/ws`, ...headers);
      equal(answer.split('\r\n')[0], 'HTTP/1.1 400 Bad Request');
      const body: unknown = JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
      deepEqual(body, {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'offer a subprotocol of WAMP, such as wamp.2.json',
      });
    });
  }

  it('tells where a connection came from', async (t) => {
    const { url, transports } = await listen(t, { name: 'trusted' });
    await openWebSocket(t, `${url}/ws?a=1`);
    const { details } = await transports.take();
    const { headers, ...rest } = details;
    deepEqual(rest, {
      type: 'websocket',
      listener: 'trusted',
      peer: '127.0.0.1',
      protocol: 'wamp.2.json',
      tls: undefined,
      url: '/ws?a=1',
    });
    deepEqual(headers.get('upgrade'), ['websocket']);
  });

  it('takes the address from whom it is told to ask', async (t) => {
    const admitted: string[] = [];
    const { url, transports } = await listen(t, {
      addressOf: () => '203.0.113.9',
      admits: (address) => admitted.push(address) > 0,
    });
    await openWebSocket(t, `${url}/ws`);
    equal((await transports.take()).details.peer, '203.0.113.9');
    deepEqual(admitted, ['203.0.113.9']);
  });

  it('refuses with 503 when the address is not admitted', async (t) => {
    const { url, transports } = await listen(t, { admits: () => false });
    const answer = await refusalOf(t, `${url}/ws`, JSON_OFFERED);
    equal(answer.startsWith('HTTP/1.1 503 '), true);
    equal(transports.size, 0);
  });

  it('upgrades who waits when there is room', async (t) => {
    let hasRoom = false;
    const turns = new HandshakeTurns({ hasRoom: () => hasRoom });
    const { url, transports } = await listen(t, { turns });
    const opened = openWebSocket(t, `${url}/ws`);
    while (turns.waiting === 0) await nextTurn();
    equal(transports.size, 0);
    hasRoom = true;
    turns.makeRoom();
    await opened;
    equal(turns.waiting, 0);
  });

  it('refuses with 503 and Retry-After when too many wait from an address', async (t) => {
    const warnings: unknown[] = [];
    const turns = new HandshakeTurns({ hasRoom: () => false, waitingPerAddress: 1 });
    const { url } = await listen(t, { turns, logger: { warn: (fields) => warnings.push(fields) } });
    const first = refusalOf(t, `${url}/ws`, JSON_OFFERED);
    while (turns.waiting === 0) await nextTurn();
    const second = await refusalOf(t, `${url}/ws`, JSON_OFFERED);
    match(second, /^HTTP\/1\.1 503 .*\r\nRetry-After: 5\r\n/s);
    turns.close();
    match(await first, /^HTTP\/1\.1 503 /);
    const reasons = [
      'too many connections wait for their handshake',
      'waited too long for the handshake',
    ];
    deepEqual(
      warnings,
      reasons.map((reason) => ({ listener: 'public', peer: '127.0.0.1', reason })),
    );
  });

  it('counts no addresses where it is told not to', async (t) => {
    const turns = new HandshakeTurns({ hasRoom: () => false, waitingPerAddress: 1 });
    const { url } = await listen(t, { turns, limitsAddresses: false });
    const waiting = [1, 2].map(() => refusalOf(t, `${url}/ws`, JSON_OFFERED));
    while (turns.waiting < 2) await nextTurn();
    turns.close();
    for (const answer of await Promise.all(waiting)) match(answer, /^HTTP\/1\.1 503 /);
  });

  it('forgets who goes while it waits', async (t) => {
    const turns = new HandshakeTurns({ hasRoom: () => false });
    const { url } = await listen(t, { turns });
    const webSocket = new WebSocket(`${url}/ws`, ['wamp.2.json']);
    webSocket.on('error', () => undefined);
    while (turns.waiting === 0) await nextTurn();
    webSocket.terminate();
    while (turns.waiting === 1) await nextTurn();
    equal(turns.waiting, 0);
  });

  it('refuses who still waits when it has been closed', async (t) => {
    let hasRoom = false;
    const turns = new HandshakeTurns({ hasRoom: () => hasRoom });
    const { url, listener, transports } = await listen(t, { turns });
    const refused = refusalOf(t, `${url}/ws`, JSON_OFFERED);
    while (turns.waiting === 0) await nextTurn();
    listener.close();
    hasRoom = true;
    turns.makeRoom();
    match(await refused, /^HTTP\/1\.1 503 /);
    equal(transports.size, 0);
  });

  it('lets the first guard that refuses say why', async (t) => {
    const warnings: unknown[] = [];
    const { url } = await listen(t, {
      guards: [
        () => undefined,
        () => ({ status: 403, reason: 'first' }),
        () => ({ status: 404, reason: 'second' }),
      ],
      logger: { warn: (fields) => warnings.push(fields) },
    });
    const answer = await refusalOf(t, `${url}/ws`, JSON_OFFERED);
    equal(answer.startsWith('HTTP/1.1 403 Forbidden'), true);
    deepEqual(warnings, [{ listener: 'public', peer: '127.0.0.1', reason: 'first' }]);
  });

  for (const path of ['/', '/ws/', '/wsx', '/WS']) {
    it(`answers ${path} with 404`, async (t) => {
      const { url } = await listen(t);
      const answer = await refusalOf(t, `${url}${path}`, JSON_OFFERED);
      equal(answer.startsWith('HTTP/1.1 404 Not Found'), true);
    });
  }

  it('leaves other paths to other listeners of the server', async (t) => {
    const { listener } = await listen(t);
    const server = createServer();
    t.after(() => server.close());
    listener.attach(server);
    server.on('upgrade', (request, socket) => {
      if (request.url === '/other') socket.end('HTTP/1.1 418 mine\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const answer = await refusalOf(t, `ws://127.0.0.1:${port}/other`, JSON_OFFERED);
    equal(answer.startsWith('HTTP/1.1 418 mine'), true);
  });

  it('takes no more connections after close, and leaves those that are open', async (t) => {
    const { listener, url, transports } = await listen(t);
    const { receive } = await openWebSocket(t, `${url}/ws`);
    listener.close();
    const late = new WebSocket(`${url}/ws`, ['wamp.2.json']);
    await rejects(once(late, 'open'));
    (await transports.take()).send({ type: 6, details: {}, reason: 'a.b' });
    deepEqual(await receive(), [6, {}, 'a.b']);
  });
});
