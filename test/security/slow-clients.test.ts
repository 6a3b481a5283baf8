// L11 against the started application: clients that send as slowly as they can.
import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import { startTestApplication } from '../support/application.js';

const CLIENTS = 500;

it('L11: a head that comes byte by byte is waited for a while, and others are served meanwhile', async (t) => {
  const { publicUrl } = await startTestApplication(t);
  const { port } = new URL(publicUrl);
  const closed = Array.from({ length: CLIENTS }, async () => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume().write('GET /login HTTP/1.1\r\nHost: a\r\nX-Slow: ');
    const trickle = setInterval(() => socket.write('a'), 1000);
    t.after(() => {
      clearInterval(trickle);
      socket.destroy();
    });
    await once(socket, 'close');
    clearInterval(trickle);
    return 'cut off';
  });
  equal((await fetch(`${publicUrl}/login`)).status, 200);
  equal(new Set(await Promise.all(closed)).size, 1);
  equal((await fetch(`${publicUrl}/login`)).status, 200);
});
