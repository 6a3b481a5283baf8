// T5 and T8, against the started application: other users and other programs of the machine at the trusted URL.
import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, statSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, joinWithToken, upgradeStatus } from '../support/wire-client.js';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

const CONNECT = `
  const socket = require('node:net').connect(process.argv[1]);
  socket.on('connect', () => { console.log('connected'); socket.destroy(); });
  socket.on('error', ({ code }) => console.log(code));
`;

/** What another user of the machine gets of a Unix socket: `connected`, or the code of the error. */
async function connectAsNobody(path: string): Promise<string> {
  const child = spawn(process.execPath, ['-e', CONNECT, path], {
    ...{ uid: NOBODY, gid: NOBODY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (await text(child.stdout)).trim();
}

async function startOnSocket(t: TestContext, mode?: string): Promise<string> {
  const folder = temporaryFolder(t);
  // The folder lets everybody through: what is tested is the socket's own mode.
  chmodSync(folder, 0o755);
  const path = join(folder, 'trusted.sock');
  await startTestApplication(t, {
    EXPRESSWAY_TRUSTED__UNIX: path,
    ...(mode !== undefined && { EXPRESSWAY_TRUSTED__MODE: mode }),
  });
  return path;
}

describe('T5: other users of the machine', () => {
  it('are kept out by the mode of a Unix socket, 0660 unless it is configured', async (t) => {
    for (const mode of [undefined, '0600', '0660', '0666']) {
      const path = await startOnSocket(t, mode);
      equal(statSync(path).mode & 0o777, parseInt(mode ?? '0660', 8));
    }
  });

  it('get no connection without the right to write', { skip: !isRoot }, async (t) => {
    equal(await connectAsNobody(await startOnSocket(t)), 'EACCES');
    equal(await connectAsNobody(await startOnSocket(t, '0666')), 'connected');
  });

  it('must prove themselves on a listener of the loopback that is not trusted', async (t) => {
    const listener = { name: 'services', type: 'websocket', port: 0, authmethods: ['jwt'] };
    const application = await startTestApplication(t, {
      EXPRESSWAY_LISTENERS: JSON.stringify([listener]),
    });
    const url = application.listenerUrls.get('services') ?? '';
    const client = await connectWire(t, url);
    client.send([1, 'realm1', ALL_ROLES]);
    equal((await client.receive())[2], 'wamp.error.authentication_required');
    equal((await joinWithToken(t, url, makeToken())).answer[0], 2);
  });
});

describe('T8: a program of the machine that fetches what it is told to', () => {
  it('finds nothing at the trusted URL that a plain request could do', async (t) => {
    const application = await startTestApplication(t);
    const base = application.trustedUrl.replace('ws:', 'http:');
    const body = JSON.stringify({ topic: 'com.example.a' });
    for (const path of ['', 'api/publish', 'api/call', 'get_token', 'livez']) {
      const url = new URL(path, base);
      equal((await fetch(url)).status, 426);
      const headers = { 'content-type': 'application/json' };
      equal((await fetch(url, { method: 'POST', headers, body })).status, 426);
    }
  });

  it('is refused an upgrade to the name of another host', async (t) => {
    const { trustedUrl } = await startTestApplication(t);
    for (const host of ['metadata.internal', '169.254.169.254', 'localhost.internal']) {
      equal(await upgradeStatus(trustedUrl, { host }), 403);
    }
  });

  it('cannot smuggle a session into the body of a request', async (t) => {
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(t, webSocketUrl(application), makeToken());
    client.send([32, 1, {}, 'com.example.a']);
    equal((await client.receive())[0], 33);
    const upgrade = [
      ...['GET / HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
      ...['Sec-WebSocket-Protocol: wamp.2.json', '', ''],
    ].join('\r\n');
    const answer = await send(new URL(application.trustedUrl), upgrade);
    equal(answer.status, 426);
    equal(answer.isOver, true);
    client.send([16, 2, { acknowledge: true }, 'com.example.b']);
    deepEqual((await client.receive()).slice(0, 2), [17, 2]);
  });
});

/** Sends a body by POST; gives the status, and whether the connection answers nothing more. */
async function send(url: URL, body: string): Promise<{ status: unknown; isOver: boolean }> {
  const socket = connect(Number(url.port), url.hostname);
  const asked = request({
    createConnection: () => socket,
    method: 'POST',
    headers: { host: 'localhost' },
  });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const closed = once(socket, 'close');
  await text(answer);
  await closed;
  return { status: answer.statusCode, isOver: socket.destroyed };
}
