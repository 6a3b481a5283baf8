// W12 and P6, against the started application: what upgrades offer.
import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { startTestApplication, webSocketUrl } from '../support/application.js';

/** The status that an upgrade with exactly these lines for its subprotocols is answered with. */
async function statusOf(url: string, offers: readonly string[]): Promise<number | undefined> {
  const asked = request(url.replace('ws:', 'http:'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...(offers.length > 0 && { 'sec-websocket-protocol': [...offers] }),
    },
  });
  asked.end();
  const [answer] = (await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])) as [
    IncomingMessage,
  ];
  answer.destroy();
  return answer.statusCode;
}

describe('W12: an upgrade', () => {
  it('that offers no subprotocol, or none of ours, is refused with 400 by both listeners', async (t) => {
    const application = await startTestApplication(t);
    for (const url of [webSocketUrl(application), application.trustedUrl]) {
      for (const offers of [[], [''], [','], ['chat'], ['wamp'], ['wamp.1'], ['wamp.2.json2']]) {
        equal(await statusOf(url, offers), 400, `${offers.join()} at ${url}`);
      }
      equal(await statusOf(url, ['chat, wamp.2.json']), 101);
    }
  });

  it('takes only the serializers that its listener is configured with', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_PUBLIC__SERIALIZERS: '["cbor"]',
    });
    equal(await statusOf(webSocketUrl(application), ['wamp.2.json']), 400);
    equal(await statusOf(webSocketUrl(application), ['wamp.2.cbor']), 101);
    equal(await statusOf(application.trustedUrl, ['wamp.2.json']), 101);
  });

  it('P6: gets no compression, whatever it offers', async (t) => {
    const application = await startTestApplication(t);
    for (const url of [webSocketUrl(application), application.trustedUrl]) {
      const socket = new WebSocket(url, ['wamp.2.json'], { perMessageDeflate: true });
      t.after(() => {
        socket.terminate();
      });
      await once(socket, 'open');
      equal(socket.extensions, '');
    }
  });
});
