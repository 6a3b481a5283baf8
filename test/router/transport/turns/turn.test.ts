import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { awaitTurnEnd } from '../../../../src/router/transport/turns/turn.js';

describe('awaitTurnEnd', () => {
  it('ends a quiet turn as soon as its event has been dealt with', async () => {
    const { peers, heard, close } = await connected(1);
    const order: string[] = [];
    heard.set(peers[0], () => {
      setImmediate(() => order.push('immediate'));
      awaitTurnEnd({ endTurn: () => order.push('end of the turn') });
    });
    peers[0]?.write('x');
    await until(() => order.length === 2);
    assert.deepEqual(order, ['end of the turn', 'immediate']);
    close();
  });

  it('ends a turn in which several sockets are read once more, after all of them', async () => {
    const { peers, heard, close } = await connected(4);
    const order: string[] = [];
    for (const [index, peer] of peers.entries()) {
      heard.set(peer, () => {
        order.push('read');
        awaitTurnEnd({ endTurn: () => order.push(`end for ${index}`) });
      });
    }
    for (const peer of peers) peer.write('x');
    // Nobody is read meanwhile: all are ready at the next poll.
    const blocked = Date.now() + 100;
    while (Date.now() < blocked);
    await until(() => order.length === 8);
    // The turn before was quiet, so the first is not kept waiting.
    const rest = ['read', 'read', 'read', 'end for 1', 'end for 2', 'end for 3'];
    assert.deepEqual(order, ['read', 'end for 0', ...rest]);
    close();
  });

  it('takes a turn after a busy one for busy', async () => {
    const { peers, heard, close } = await connected(4);
    const order: string[] = [];
    for (const peer of peers) heard.set(peer, () => order.push('busy'));
    for (const peer of peers) peer.write('x');
    await until(() => order.length === 4);
    heard.set(peers[0], () => {
      setImmediate(() => order.push('immediate'));
      awaitTurnEnd({ endTurn: () => order.push('end of the turn') });
    });
    peers[0]?.write('x');
    await until(() => order.length === 6);
    assert.deepEqual(order.slice(4), ['immediate', 'end of the turn']);
    close();
  });

  it('lets sockets be read before a member that asks again at the end of a turn has another', async () => {
    const { peers, heard, close } = await connected(1);
    let isRead = false;
    const member = {
      endTurn: () => {
        if (!isRead) awaitTurnEnd(member);
      },
    };
    heard.set(peers[0], () => {
      isRead = true;
    });
    awaitTurnEnd(member);
    peers[0]?.write('x');
    await until(() => isRead);
    close();
  });
});

/** Connections to a server of this process, and what is done when one of them is read there. */
async function connected(count: number) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const heard = new Map<Socket | undefined, () => void>();
  const peers: Socket[] = [];
  for (let made = 0; made < count; made += 1) {
    const peer = connect(port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    accepted.on('data', () => heard.get(peer)?.());
    peers.push(peer);
  }
  await sleep(50);
  // What connecting has brought is not to be taken for what is measured.
  awaitTurnEnd({ endTurn: () => undefined });
  await nextTurn();
  return {
    peers,
    heard,
    close: () => {
      for (const peer of peers) peer.destroy();
      server.close();
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
