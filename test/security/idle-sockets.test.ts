// W3, against the started application: many connections that never say anything.
import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { upgradeRequest } from '../support/upgrade-request.js';
import { joinWithToken } from '../support/wire-client.js';

interface IdleSocket {
  readonly socket: Socket;
  /** Of the answer to its upgrade, once that has come. */
  status: string | undefined;
}

const ADDRESSES = 100;
const OF_EACH = 20;
const MOST = 1000;
const TOPIC = 'com.example.alive';

const UPGRADE = upgradeRequest();

/** Asks for an upgrade from an address of the loopback and says nothing more. */
async function beIdle(t: TestContext, url: string, from: string): Promise<IdleSocket> {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const idle: IdleSocket = { socket, status: undefined };
  socket.once('data', (answer: Buffer) => {
    idle.status = answer.toString('latin1', 9, 12);
  });
  socket.write(UPGRADE);
  return idle;
}

const countOf = (idle: readonly IdleSocket[], status: string): number =>
  idle.filter((each) => each.status === status).length;

describe('W3: two thousand sockets that never say HELLO', () => {
  it('are let in up to the limit, open sessions do not notice, and who comes later gets in after them', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_LIMITS__UNAUTHENTICATED: String(MOST),
      EXPRESSWAY_LIMITS__PER_IP_UNAUTHENTICATED: String(OF_EACH),
      EXPRESSWAY_LIMITS__HELLO: '120s',
      EXPRESSWAY_LIMITS__AUTH: '120s',
      EXPRESSWAY_LIMITS__PING: '10m',
    });
    const url = webSocketUrl(application);
    const publisher = (await joinWithToken(t, url, makeToken())).client;
    const subscriber = (await joinWithToken(t, url, makeToken())).client;
    subscriber.send([32, 1, {}, TOPIC]);
    equal((await subscriber.receive())[0], 33);
    let request = 0;
    const exchange = async (): Promise<void> => {
      request += 1;
      publisher.send([16, request, {}, TOPIC, [request]]);
      deepEqual((await subscriber.receive())[4], [request]);
    };

    const idle: IdleSocket[] = [];
    for (let address = 1; address <= ADDRESSES; address += 1) {
      const from = `127.0.1.${address}`;
      idle.push(
        ...(await Promise.all(Array.from({ length: OF_EACH }, () => beIdle(t, url, from)))),
      );
      await exchange();
    }
    while (countOf(idle, '101') < MOST) await exchange();
    // Those beyond the limit wait for their turn, and so does who comes now.
    const late = joinWithToken(t, url, makeToken());
    await exchange();
    equal(countOf(idle, '101'), MOST);
    for (const { socket } of idle) socket.destroy();
    equal((await late).answer[0], 2);
  });
});
