// W7, against the started application: who asks for realms learns of none but those that are meant for him.
import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ALL_ROLES, connectWire } from '../support/wire-client.js';

/** Where the authentication providers are: it is there in each application, but not for clients. */
const HIDDEN = 'thruway.auth';

/** Asks for a realm; gives all that comes, and after how many milliseconds. */
async function probe(
  t: TestContext,
  url: string,
  realm: string,
): Promise<{ answer: unknown; ms: number }> {
  const client = await connectWire(t, url);
  const begin = performance.now();
  client.send([1, realm, { ...ALL_ROLES, authmethods: ['jwt'] }]);
  const message = await client.receive();
  const ms = performance.now() - begin;
  return { answer: [message, await client.closed], ms };
}

const randomRealm = (): string => `com.realm.${randomBytes(6).toString('hex')}`;

describe('W7: probing for realms', () => {
  it('makes none, and gets the same answer for each and at each time', async (t) => {
    const url = webSocketUrl(await startTestApplication(t));
    const { answer } = await probe(t, url, randomRealm());
    deepEqual((answer as [unknown[]])[0], [
      3,
      { message: 'no such realm' },
      'wamp.error.no_such_realm',
    ]);
    for (let round = 0; round < 50; round += 1) {
      const realm = randomRealm();
      deepEqual((await probe(t, url, realm)).answer, answer);
      deepEqual((await probe(t, url, realm)).answer, answer);
    }
    deepEqual((await probe(t, url, HIDDEN)).answer, answer);
  });

  it('takes the same time for a realm that is hidden and for one that is not there', async (t) => {
    const url = webSocketUrl(await startTestApplication(t));
    await probe(t, url, HIDDEN);
    // In pairs, so that what else the machine does falls on both; a difference shows as the rule, not as the exception.
    const pairs = 60;
    let slower = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const realms = pair % 2 === 0 ? [HIDDEN, randomRealm()] : [randomRealm(), HIDDEN];
      const times = new Map<boolean, number>();
      for (const realm of realms) times.set(realm === HIDDEN, (await probe(t, url, realm)).ms);
      if ((times.get(true) ?? NaN) > (times.get(false) ?? NaN)) slower += 1;
    }
    const isRule = slower > 0.8 * pairs || slower < 0.2 * pairs;
    equal(isRule, false, `slower in ${slower} of ${pairs}`);
  });
});
