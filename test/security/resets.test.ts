// W2, against the started application: connections that are reset while the authenticator is at work.
import { equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { MemoryUsers } from '../../src/auth/users/memory-users.js';
import type { User } from '../../src/auth/users/user-provider.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { MessageQueue } from '../support/message-queue.js';
import { makeToken } from '../support/tokens.js';
import { upgradeRequest } from '../support/upgrade-request.js';
import { joinWithToken } from '../support/wire-client.js';

const ROUNDS = 1000;
const AT_A_TIME = 50;
const HELLO = '[1,"realm1",{"roles":{"caller":{}},"authmethods":["jwt"]}]';

const UPGRADE = upgradeRequest();

/** A text frame as a client sends it (RFC 6455, 5.2); the mask is of zeros, which leaves the text as it is. */
function frameOf(text: string): Buffer {
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(Buffer.byteLength(text), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** Lets nobody be found until the test says so: what is taken from the queue ends one search. */
function holdSearches(t: TestContext): { searches: MessageQueue<() => void>; restore: () => void } {
  const searches = new MessageQueue<() => void>();
  const search = t.mock.method(
    MemoryUsers.prototype,
    'findById',
    () =>
      new Promise<User | undefined>((resolve) => {
        searches.push(() => {
          resolve(undefined);
        });
      }),
  );
  return {
    searches,
    restore: () => {
      search.mock.restore();
    },
  };
}

/** Goes as far as AUTHENTICATE, and is reset while some user is searched for; that search ends afterwards. */
async function resetInSearch(
  port: number,
  round: number,
  searches: MessageQueue<() => void>,
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(UPGRADE);
  match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 101 /u);
  socket.write(frameOf(HELLO));
  match(String((await once(socket, 'data'))[0]), /\[4,"jwt"/u);
  const token = makeToken({ claims: { sub: `user ${round}` } });
  socket.write(frameOf(JSON.stringify([5, token, {}])));
  const release = await searches.take();
  socket.resetAndDestroy();
  await closed;
  release();
}

describe('W2: a reset while the authenticator is slow', () => {
  it('harms nobody else, a thousand times over, and the late answers harm nobody either', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    const { client } = await joinWithToken(t, url, makeToken());
    const { port } = new URL(application.publicUrl);
    const { searches, restore } = holdSearches(t);
    for (let first = 0; first < ROUNDS; first += AT_A_TIME) {
      const rounds = Array.from({ length: AT_A_TIME }, (_, round) =>
        resetInSearch(Number(port), first + round, searches),
      );
      await Promise.all(rounds);
    }
    restore();
    client.send([32, 1, {}, 'com.example.alive']);
    equal((await client.receive())[0], 33);
    equal((await joinWithToken(t, url, makeToken())).answer[0], 2);
    equal((await application.readiness()).isReady, true);
  });
});
