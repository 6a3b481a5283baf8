import { deepEqual, equal } from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { HandshakeTurns } from '../../../../src/router/transport/turns/handshake-turns.js';
import { post } from '../../../support/longpoll-client.js';
import { serveLongPoll } from '../../../support/longpoll-pair.js';
import { JSON_REQUEST, listenRaw } from '../../../support/rawsocket-pair.js';

const OFFER = '{"protocols":["wamp.2.json"]}';

/** Turns in which there is no room until `open` is called. */
function fullTurns(): { turns: HandshakeTurns; open: () => void } {
  let hasRoom = false;
  const turns = new HandshakeTurns({ hasRoom: () => hasRoom });
  return {
    turns,
    open: () => {
      hasRoom = true;
      turns.makeRoom();
    },
  };
}

async function someoneWaits(turns: HandshakeTurns): Promise<void> {
  while (turns.waiting === 0) await nextTurn();
}

describe('A RawSocket connection', () => {
  it('is accepted when there is room', async (t) => {
    const { turns, open } = fullTurns();
    const { connect, transports } = await listenRaw(t, { turns });
    const { shake } = await connect();
    const reply = shake();
    await someoneWaits(turns);
    equal(transports.size, 0);
    open();
    equal(await reply, '7f710000');
  });

  // RS-6
  it('is refused with 7f400000 when nothing begins any more', async (t) => {
    const { turns } = fullTurns();
    const { connect, transports } = await listenRaw(t, { turns });
    const { write, stream } = await connect();
    write(JSON_REQUEST);
    await someoneWaits(turns);
    turns.close();
    equal((await stream.rest).toString('hex'), '7f400000');
    equal(transports.size, 0);
  });
});

describe('A long-poll connection', () => {
  it('is opened when there is room', async (t) => {
    const { turns, open } = fullTurns();
    const { url, transports } = await serveLongPoll(t, { turns });
    const answer = post(`${url}/open`, OFFER);
    await someoneWaits(turns);
    equal(transports.size, 0);
    open();
    equal((await answer).status, 200);
  });

  it('is refused with 503 when nothing begins any more', async (t) => {
    const { turns } = fullTurns();
    const { url, transports } = await serveLongPoll(t, { turns });
    const answer = post(`${url}/open`, OFFER);
    await someoneWaits(turns);
    turns.close();
    const { status, headers } = await answer;
    deepEqual([status, headers['retry-after'], transports.size], [503, '5', 0]);
  });
});
