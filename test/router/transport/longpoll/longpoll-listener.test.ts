import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allSerializers } from '../../../../src/router/serializer/all-serializers.js';
import { CloseCode } from '../../../../src/router/transport/close-codes.js';
import { originGuard } from '../../../../src/router/transport/upgrade-guard.js';
import { openTransport, post } from '../../../support/longpoll-client.js';
import { serveLongPoll } from '../../../support/longpoll-pair.js';

const OFFER = '{"protocols":["wamp.2.json"]}';
const SENT = '[49,1,{}]';
const PAGE = 'https://app.example.com';

describe('LongPollListener', () => {
  // LP-1
  it('opens a transport with a protocol that was offered, and an id that nobody guesses', async (t) => {
    const { url } = await serveLongPoll(t);
    const answered = await post(`${url}/open`, OFFER);
    equal(answered.status, 200);
    equal(answered.headers['content-type'], 'application/json');
    equal(answered.headers['cache-control'], 'no-store');
    const first = JSON.parse(answered.body.toString()) as { transport: string };
    deepEqual(first, { protocol: 'wamp.2.json', transport: first.transport });
    // 144 bits.
    equal(/^[\w-]{24}$/.test(first.transport), true);
    notEqual((await openTransport(url)).transport, first.transport);
  });

  // LP-10
  for (const { subprotocol } of allSerializers()) {
    it(`speaks ${subprotocol}`, async (t) => {
      const { url, transports } = await serveLongPoll(t, { serializers: allSerializers() });
      const { protocol } = await openTransport(url, ['x.unknown', subprotocol, 'wamp.2.json']);
      equal(protocol, subprotocol);
      equal((await transports.take()).details.protocol, subprotocol);
    });
  }

  // LP-2
  for (const [name, body] of [
    ['no protocol of ours', '{"protocols":["wamp.1","wamp.2.cbor",1]}'],
    ['no protocols', '{}'],
    ['protocols that are no list', '{"protocols":"wamp.2.json"}'],
    ['a list', '["wamp.2.json"]'],
    ['nothing', ''],
    ['what is no JSON', '{"protocols":["wamp.2.json"]'],
  ] as const) {
    it(`refuses to open for ${name}`, async (t) => {
      const { url, transports } = await serveLongPoll(t);
      const { status, headers, body: answer } = await post(`${url}/open`, body);
      equal(status, 400);
      equal(headers['content-type'], 'application/problem+json');
      deepEqual(JSON.parse(answer.toString()), {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'offer a protocol of WAMP: {"protocols": ["wamp.2.json"]}',
      });
      equal(transports.size, 0);
    });
  }

  it('refuses to open for more than 4 KiB', async (t) => {
    const { url } = await serveLongPoll(t);
    equal((await post(`${url}/open`, OFFER.padEnd(4096))).status, 200);
    equal((await post(`${url}/open`, OFFER.padEnd(4097))).status, 413);
  });

  // LP-9
  it('ignores queries, but for telling where a connection came from', async (t) => {
    const { url, transports } = await serveLongPoll(t);
    const { body } = await post(`${url}/open?x=382913`, OFFER, { headers: { 'x-a': 'b' } });
    const { transport } = JSON.parse(body.toString()) as { transport: string };
    equal((await post(`${url}/${transport}/send?x=1`, SENT)).status, 202);
    const { headers, ...details } = (await transports.take()).details;
    deepEqual(details, {
      type: 'longpoll',
      listener: 'public',
      peer: '127.0.0.1',
      protocol: 'wamp.2.json',
      tls: undefined,
      url: '/lp/open?x=382913',
    });
    deepEqual(headers.get('x-a'), ['b']);
    equal((await post(`${url}/${transport}/close?x`)).status, 202);
  });

  // LP-8
  for (const action of ['send', 'receive', 'close']) {
    it(`answers ${action} for an unknown transport with 404`, async (t) => {
      const { url } = await serveLongPoll(t);
      for (const id of ['x', '__proto__', 'kjmd3sBLOUnb3FyrkjmdAAAA']) {
        equal((await post(`${url}/${id}/${action}`, SENT)).status, 404);
      }
    });
  }

  for (const path of ['', '/', '/open/', '/x/other', '/x/y/send', '//send', '/OPEN', 'x/open']) {
    it(`leaves ${path === '' ? 'its base path' : path} to others`, async (t) => {
      const { url } = await serveLongPoll(t);
      equal((await post(`${url}${path}`, OFFER)).status, 418);
    });
  }

  for (const method of ['GET', 'PUT', 'HEAD']) {
    it(`answers ${method} with 405`, async (t) => {
      const { url, transports } = await serveLongPoll(t);
      const { status, headers } = await post(`${url}/open`, '', { method });
      deepEqual([status, headers.allow], [405, 'POST, OPTIONS']);
      equal(transports.size, 0);
    });
  }

  it('takes the address from whom it is told to ask, and refuses with 503 when that is not admitted', async (t) => {
    const warnings: unknown[] = [];
    const { url, transports } = await serveLongPoll(t, {
      addressOf: () => '203.0.113.9',
      admits: (address) => address !== '203.0.113.9',
      logger: { warn: (fields) => warnings.push(fields) },
    });
    const { status, headers } = await post(`${url}/open`, OFFER);
    deepEqual([status, headers['retry-after'], transports.size], [503, '5', 0]);
    const reason = 'too many connections that have not joined yet';
    deepEqual(warnings, [{ listener: 'public', peer: '203.0.113.9', reason }]);
  });

  it('opens no more after close, and serves those that are open until they end', async (t) => {
    const { listener, url, transports } = await serveLongPoll(t);
    const { transport: id } = await openTransport(url);
    listener.close();
    equal((await post(`${url}/open`, OFFER)).status, 503);
    equal((await post(`${url}/${id}/send`, SENT)).status, 202);
    (await transports.take()).close(CloseCode.restart, 'why');
    equal((await post(`${url}/${id}/receive`)).status, 404);
  });

  it('opens no more while it drains, and lets those that are open hear why they end', async (t) => {
    const { listener, url, transports } = await serveLongPoll(t);
    const { transport: id } = await openTransport(url);
    listener.drain();
    equal((await post(`${url}/open`, OFFER)).status, 503);
    (await transports.take()).close(CloseCode.restart, 'why');
    equal((await post(`${url}/${id}/receive`)).status, 410);
  });

  it('does not wait after close for the end of who was told to go before', async (t) => {
    const { listener, url, transports } = await serveLongPoll(t);
    await openTransport(url);
    const transport = await transports.take();
    const closed = new Promise((resolve) => {
      const ignore = (): void => undefined;
      transport.open({ onmessage: ignore, onviolation: ignore, onclose: resolve });
    });
    transport.close(CloseCode.restart, 'why');
    listener.close();
    equal(await closed, 1012);
  });
});

describe('a page and a LongPollListener', () => {
  const guards = [originGuard([PAGE])];
  const preflight = (url: string, origin: string) =>
    post(url, '', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });

  it('may be of an allowed origin: its preflight is answered, and it may read the answers', async (t) => {
    const { url } = await serveLongPoll(t, { guards });
    const asked = await preflight(`${url}/open`, PAGE);
    equal(asked.status, 204);
    equal(asked.headers['access-control-allow-origin'], PAGE);
    equal(asked.headers['access-control-allow-methods'], 'POST');
    equal(asked.headers['access-control-allow-headers'], 'Content-Type');
    const opened = await post(`${url}/open`, OFFER, { headers: { origin: PAGE } });
    equal(opened.status, 200);
    equal(opened.headers['access-control-allow-origin'], PAGE);
    equal(opened.headers['access-control-allow-credentials'], 'true');
    equal(opened.headers.vary, 'Origin');
  });

  for (const origin of ['https://evil.example', 'null', 'https://app.example.com.evil.example']) {
    it(`is refused with 403 when its origin is ${origin}, whatever it asks for`, async (t) => {
      const { url, transports } = await serveLongPoll(t, { guards });
      const { transport } = await openTransport(url);
      await transports.take();
      for (const path of ['open', `${transport}/send`, `${transport}/receive`]) {
        const asked = await preflight(`${url}/${path}`, origin);
        equal(asked.status, 403);
        equal(asked.headers['access-control-allow-origin'], undefined);
        const sent = await post(`${url}/${path}`, OFFER, { headers: { origin } });
        equal(sent.status, 403);
        equal(sent.headers['access-control-allow-origin'], undefined);
      }
      equal(transports.size, 0);
    });
  }

  it('may be of the same origin', async (t) => {
    const { url } = await serveLongPoll(t, { guards });
    const { origin } = new URL(url);
    equal((await post(`${url}/open`, OFFER, { headers: { origin } })).status, 200);
  });
});
