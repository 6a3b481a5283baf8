// T1 and T3, against the started application: headers that stand behind thousands of others.
import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';

/** Node drops what is behind so many lines, unless it is told not to. */
const LINES = 2000;

/** The status of an upgrade whose last header is this one. */
async function statusOf(t: TestContext, url: string, last: string): Promise<string> {
  const { port, pathname } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  const head = [
    ...[`GET ${pathname} HTTP/1.1`, 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
    'Sec-WebSocket-Protocol: wamp.2.json',
    ...Array.from({ length: LINES }, () => 'a:b'),
    ...[last, '', ''],
  ];
  socket.write(head.join('\r\n'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString('latin1', 9, 12);
}

describe('a header behind thousands of others', () => {
  for (const header of [
    'Origin: http://evil.example',
    'Cookie: sid=1',
    'X-Forwarded-For: 10.1.2.3',
  ]) {
    it(`T1, T3: is seen at the trusted URL: ${header}`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      equal(await statusOf(t, trustedUrl, 'X-Good: 1'), '101');
      equal(await statusOf(t, trustedUrl, header), '403');
    });
  }

  it('W1: passes unseen nowhere at the public URL: it takes no head of more than 100 lines', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    for (const last of ['X-Good: 1', 'Origin: http://evil.example']) {
      equal(await statusOf(t, url, last), '431');
    }
  });
});
