import { equal, ok } from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { silentLogger } from '../../src/router/index.js';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { ALL_ROLES, connectWire, joinWithToken } from '../support/wire-client.js';

const CLIENTS = 300;
const STEPS_PER_TURN = 4;
const TOPIC = 'com.example.status.changed';

describe('a storm of clients', () => {
  it('is let in a few at a time, while established sessions get their events', async (t) => {
    /** How many joined in each turn of the event loop that had any. */
    const joined = new Map<number, number>();
    let turn = 0;
    const environment = { EXPRESSWAY_LIMITS__HANDSHAKES_PER_TURN: String(STEPS_PER_TURN) };
    const application = await startTestApplication(t, environment, {
      ...silentLogger,
      info: (_fields, message) => {
        if (message === 'joined') joined.set(turn, (joined.get(turn) ?? 0) + 1);
      },
    });
    const token = await fetchToken(application);
    const url = webSocketUrl(application);
    const { client: established } = await joinWithToken(t, url, token);
    established.send([32, 1, {}, TOPIC]);
    equal((await established.receive())[0], 33);
    joined.clear();

    let isOver = false;
    const countTurns = async (): Promise<void> => {
      for (; !isOver; turn += 1) await nextTurn();
    };
    /** How many had joined at each event; the next is published when the last has come. */
    const exchangeEvents = async (): Promise<Set<number>> => {
      const seen = new Set<number>();
      for (let request = 2; !isOver; request += 1) {
        established.send([16, request, { exclude_me: false }, TOPIC]);
        equal((await established.receive())[0], 36);
        seen.add(sum(joined));
      }
      return seen;
    };
    const running = [countTurns(), exchangeEvents()] as const;
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectWire(t, url)));
    // All at once, so that one turn of the event loop could bring them all.
    for (const client of clients)
      client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }]);
    await Promise.all(clients.map((client) => client.receive()));
    for (const client of clients) client.send([5, token, {}]);
    const answers = await Promise.all(clients.map((client) => client.receive()));
    isOver = true;
    const [, seen] = await Promise.all(running);

    equal(answers.filter(([type]) => type === 2).length, CLIENTS);
    // What is counted begins anywhere in a turn, so that it may hold parts of two.
    ok(Math.max(...joined.values()) <= 2 * STEPS_PER_TURN);
    // Events came between the joins, not only before and after them all.
    ok(seen.size >= 10);
  });
});

const sum = (counts: ReadonlyMap<number, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);
