// Threats to the RawSocket listeners, against the started application: W3, P1, P7 and whoever is slow on purpose.
import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication } from '../support/application.js';
import { ByteStream } from '../support/byte-stream.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TLS_CERT, TLS_KEY } from '../support/tls-pair.js';
import { makeToken } from '../support/tokens.js';
import { WireSession } from '../support/wire-session.js';

const JSON_REQUEST = Buffer.from('7ff10000', 'hex');
const MEBIBYTE = 2 ** 20;

/** The URL of a RawSocket listener for everybody, with a token. */
async function startOpen(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
  settings: object = {},
): Promise<string> {
  const { listenerUrls } = await startTestApplication(t, {
    EXPRESSWAY_LISTENERS: JSON.stringify([
      { name: 'devices', type: 'rawsocket', port: 0, authmethods: ['jwt'], ...settings },
    ]),
    ...environment,
  });
  const url = listenerUrls.get('devices');
  ok(url !== undefined);
  return url;
}

interface Raw {
  readonly socket: Socket;
  readonly stream: ByteStream;
}

/** A connection of bytes, from another address of this machine if one is given. */
async function open(t: TestContext, url: string, localAddress?: string): Promise<Raw> {
  const port = Number(new URL(url).port);
  const socket = connect({ port, host: '127.0.0.1', ...(localAddress && { localAddress }) });
  t.after(() => socket.destroy());
  const stream = new ByteStream(socket);
  await once(socket, 'connect');
  return { socket, stream };
}

const shake = async ({ socket, stream }: Raw): Promise<string> => {
  socket.write(JSON_REQUEST);
  return (await stream.take(4)).toString('hex');
};

describe('W3: RawSocket connections that never speak', () => {
  const limit = { EXPRESSWAY_LIMITS__PER_IP_UNAUTHENTICATED: '5' };

  it('keep nobody at another address out', async (t) => {
    const url = await startOpen(t, { ...limit, EXPRESSWAY_LIMITS__UNAUTHENTICATED: '20' });
    const silent: Raw[] = [];
    for (let count = 0; count < 30; count += 1) silent.push(await open(t, url, '127.0.0.2'));
    // The sixth and all after it are closed at once.
    await Promise.all(silent.slice(5).map(({ stream }) => stream.rest));
    const { details } = await WireSession.join(t, url, 'json', makeToken());
    equal(details['authid'], 'admin');
  });

  for (const [what, octets] of [
    ['nothing', ''],
    ['half a request', '7ff1'],
  ] as const) {
    it(`are ended when ${what} came in time`, async (t) => {
      const url = await startOpen(t, { EXPRESSWAY_LIMITS__HELLO: '50ms' });
      const { socket, stream } = await open(t, url);
      socket.write(Buffer.from(octets, 'hex'));
      equal((await stream.rest).length, 0);
    });
  }

  it('are ended when the request came, but no HELLO', async (t) => {
    const url = await startOpen(t, { EXPRESSWAY_LIMITS__HELLO: '100ms' });
    const raw = await open(t, url);
    equal(await shake(raw), '7f710000');
    raw.socket.write(Buffer.of(0, 0, 0, 50, 0x5b));
    equal((await raw.stream.rest).length, 0);
  });

  it('are ended when no TLS came in time', async (t) => {
    const folder = temporaryFolder(t);
    const tls = { cert_file: join(folder, 'cert.pem'), key_file: join(folder, 'key.pem') };
    writeFileSync(tls.cert_file, TLS_CERT);
    writeFileSync(tls.key_file, TLS_KEY, { mode: 0o600 });
    const url = await startOpen(t, { EXPRESSWAY_LIMITS__HELLO: '50ms' }, { tls });
    const { socket, stream } = await open(t, url);
    socket.write(Buffer.of(0x16, 3, 1));
    equal((await stream.rest).length, 0);
  });
});

describe('what is no RawSocket', () => {
  for (const [what, bytes] of [
    ['HTTP', Buffer.from('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
    ['TLS', Buffer.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc)],
    ['nothing but zeros', Buffer.alloc(65_536)],
  ] as const) {
    it(`${what} is ended without a word`, async (t) => {
      const { socket, stream } = await open(t, await startOpen(t));
      socket.write(bytes);
      equal((await stream.rest).length, 0);
    });
  }
});

describe('P1: frames that announce more than they may', () => {
  for (const [what, prefix] of [
    ['a byte more than the limit', '00010001'],
    ['16 MiB', '08000000'],
    ['16 MiB less a byte', '00ffffff'],
    ['a PING of 16 MiB', '09000000'],
  ] as const) {
    it(`${what}: the connection ends before a byte of it has come`, async (t) => {
      const raw = await open(t, await startOpen(t));
      equal(await shake(raw), '7f710000');
      raw.socket.write(Buffer.from(prefix, 'hex'));
      equal((await raw.stream.rest).length, 0);
    });
  }
});

describe('P7: RawSocket PINGs whose PONGs are not read', () => {
  for (const [what, bytes] of [
    ['without a payload', 0],
    ['of 60 kB', 60_000],
  ] as const) {
    it(`end the connection before they take memory: ${what}`, async (t) => {
      const raw = await open(t, await startOpen(t));
      await shake(raw);
      raw.socket.pause();
      const ping = Buffer.alloc(4 + bytes);
      ping.writeUInt32BE(bytes);
      ping[0] = 1;
      const pings = Buffer.concat(
        Array.from({ length: Math.ceil(60_000 / ping.length) }, () => ping),
      );
      const before = process.memoryUsage().rss;
      const closed = new Promise<true>((resolve) => {
        raw.socket.once('close', () => {
          resolve(true);
        });
      });
      const isOver = (): Promise<boolean> =>
        Promise.race([
          closed,
          new Promise<boolean>((resolve) => {
            raw.socket.write(pings, (error) => {
              resolve(error !== undefined && error !== null);
            });
          }),
        ]);
      for (let round = 0; round < 5000; round += 1) if (await isOver()) break;
      raw.socket.resume();
      equal(await closed, true);
      ok(process.memoryUsage().rss - before < 128 * MEBIBYTE);
    });
  }
});
