import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import { clientFrame, closePayload } from '../../../support/client-frame.js';
import {
  cancelFrame,
  openOctets,
  type WebSocketOctets,
} from '../../../support/websocket-octets.js';

/** A close frame of the router without a reason, as hex. */
const closeHex = (code: number): string => `8802${code.toString(16).padStart(4, '0')}`;
const close = (code: number, reason: string | Uint8Array = ''): Buffer =>
  clientFrame(8, closePayload(code, reason));
const EMPTY_CLOSE = clientFrame(8);
const MEANINGLESS = Buffer.from([0xc3, 0x28]);

/** Opens a connection that is never cut for being late. */
function openPatiently(t: TestContext): Promise<WebSocketOctets> {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return openOctets(t);
}

/** What the router sends until it ends its side, as hex, and what is reported until the connection is over. */
async function ending(octets: WebSocketOctets): Promise<[string, string[]]> {
  const sent = await octets.stream.rest;
  octets.socket.end();
  await octets.over();
  return [sent.toString('hex'), octets.events.takeAll()];
}

// RFC 6455, 5.5.1 and 7.1.1
describe('the close frame of a WebSocket client', () => {
  for (const code of [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999]) {
    it(`with ${code} is answered with the same code, and the router ends the connection`, async (t) => {
      const octets = await openPatiently(t);
      octets.write(close(code, 'a reason'));
      deepEqual(await ending(octets), [closeHex(code), [`close ${code}`]]);
    });
  }

  // RFC 6455, 7.1.5
  it('without a code is answered with an empty one, and reported as 1005', async (t) => {
    const octets = await openPatiently(t);
    octets.write(EMPTY_CLOSE);
    deepEqual(await ending(octets), ['8800', ['close 1005']]);
  });

  // RFC 6455, 7.4.1 and 7.4.2
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535]) {
    it(`with ${code}, which may not be sent, is answered with 1002`, async (t) => {
      const octets = await openPatiently(t);
      octets.write(close(code));
      deepEqual(await ending(octets), [closeHex(1002), ['close 1002']]);
    });
  }

  for (const [name, payload] of [
    ['half a code', Buffer.from([3])],
    ['a reason that is no UTF-8', closePayload(1000, MEANINGLESS)],
    ['half a character for a reason', closePayload(1000, Buffer.from('é').subarray(0, 1))],
  ] as const) {
    it(`with ${name} is answered with 1002`, async (t) => {
      const octets = await openPatiently(t);
      octets.write(clientFrame(8, payload));
      deepEqual(await ending(octets), [closeHex(1002), ['close 1002']]);
    });
  }

  it('is the last that is heard, and pings behind it are not answered', async (t) => {
    const octets = await openPatiently(t);
    const more = [clientFrame(9, 'ping'), cancelFrame(2), clientFrame(3), close(1001)];
    octets.write(cancelFrame(1), close(1000), ...more);
    equal((await octets.stream.take(4)).toString('hex'), closeHex(1000));
    octets.write(...more);
    deepEqual(await ending(octets), ['', ['message 1', 'close 1000']]);
  });

  it('ends the connection within 2 s though the client does not end its side', async (t) => {
    const octets = await openPatiently(t);
    octets.write(close(1000));
    await octets.stream.rest;
    t.mock.timers.tick(1999);
    equal(octets.accepted.destroyed, false);
    t.mock.timers.tick(1);
    equal(octets.accepted.destroyed, true);
  });
});

// RFC 6455, 7.1.7
describe('a WebSocket client that breaks the protocol', () => {
  for (const [name, frame, code] of [
    ['a frame without a mask', clientFrame(1, '[49,1,{}]', { mask: undefined }), 1002],
    ['an unknown opcode', clientFrame(3), 1002],
    ['a reserved bit', clientFrame(1, '[49,1,{}]', { reserved: 0x40 }), 1002],
    ['a fragment of nothing', clientFrame(0, '[49,1,{}]'), 1002],
  ] as const) {
    it(`by ${name} gets a close frame with ${code} and the end`, async (t) => {
      const octets = await openPatiently(t);
      octets.write(cancelFrame(1), frame, cancelFrame(2), close(1000));
      deepEqual(await ending(octets), [closeHex(code), ['message 1', `close ${code}`]]);
    });
  }

  it('by a message that is too long gets a close frame with 1009 that says so, and the end', async (t) => {
    const octets = await openPatiently(t);
    octets.write(cancelFrame(1), clientFrame(1, 'x'.repeat(64 * 1024 + 1)), cancelFrame(2));
    const [hex, events] = await ending(octets);
    const reason = Buffer.from('the message is too long').toString('hex');
    deepEqual([hex, events], [`881903f1${reason}`, ['message 1', 'close 1009']]);
  });
});

describe('the close frame of a WebSocketTransport', () => {
  const CLOSED = `880503f0${Buffer.from('bye').toString('hex')}`;

  async function closed(t: TestContext): Promise<WebSocketOctets> {
    const octets = await openPatiently(t);
    octets.transport.close(CloseCode.policy, 'bye');
    equal((await octets.stream.take(7)).toString('hex'), CLOSED);
    return octets;
  }

  it('ends the connection when the client answers it, whatever the answer’s code', async (t) => {
    for (const answer of [close(1008), close(1000, 'all right'), EMPTY_CLOSE, close(1005)]) {
      await t.test(async (each) => {
        const octets = await closed(each);
        octets.write(answer);
        deepEqual(await ending(octets), ['', ['close 1008']]);
      });
    }
  });

  // RFC 6455, 5.5.1: nothing is sent behind it, not even a pong.
  it('is the last that goes out, and what comes before the answer is not heard', async (t) => {
    const octets = await closed(t);
    octets.write(cancelFrame(1), clientFrame(9, 'ping'), clientFrame(2, 'bytes'), close(1000));
    deepEqual(await ending(octets), ['', ['close 1008']]);
  });

  it('is followed by the end when the client then breaks the protocol', async (t) => {
    const octets = await closed(t);
    octets.write(clientFrame(3));
    deepEqual(await ending(octets), ['', ['close 1008']]);
  });

  it('is followed by the end when the client ends its side without an answer', async (t) => {
    const octets = await closed(t);
    octets.socket.end();
    deepEqual(await ending(octets), ['', ['close 1008']]);
  });

  it('is sent once', async (t) => {
    const octets = await closed(t);
    octets.transport.close(CloseCode.normal, 'again');
    octets.write(close(1008));
    deepEqual(await ending(octets), ['', ['close 1008']]);
  });

  it('is waited for 2 s at most, and then the connection is cut', async (t) => {
    const octets = await closed(t);
    t.mock.timers.tick(1999);
    equal(octets.accepted.destroyed, false);
    equal(octets.events.size, 0);
    t.mock.timers.tick(1);
    equal(octets.accepted.destroyed, true);
    await octets.over();
    deepEqual(octets.events.takeAll(), ['close 1008']);
  });

  it('is answered though the transport was paused, and what the pause held up is not heard', async (t) => {
    const octets = await openPatiently(t);
    octets.transport.pause();
    octets.write(cancelFrame(1), cancelFrame(2));
    octets.transport.close(CloseCode.policy, 'bye');
    equal((await octets.stream.take(7)).toString('hex'), CLOSED);
    octets.write(close(1008));
    deepEqual(await ending(octets), ['', ['close 1008']]);
  });

  it('is answered in the same chunk in which a message had it paused and closed', async (t) => {
    const octets = await openPatiently(t);
    octets.transport.open({
      onmessage: () => {
        octets.transport.pause();
        octets.transport.close(CloseCode.policy, 'bye');
      },
      onviolation: () => undefined,
      onclose: (code) => {
        octets.events.push(`close ${code}`);
      },
    });
    octets.write(cancelFrame(1), cancelFrame(2), close(1008));
    deepEqual(await ending(octets), [CLOSED, ['close 1008']]);
  });
});
