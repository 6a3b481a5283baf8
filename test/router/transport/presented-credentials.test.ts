import { deepEqual, equal } from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';
import { HttpDetails } from '../../../src/router/transport/http-details.js';

const HEADER = 'Sec-WebSocket-Protocol';
const encode = (text: string): string =>
  `base64url.bearer.${Buffer.from(text).toString('base64url')}`;

/** The details of a connection that began with this request. */
function detailsOf({
  url = '/ws',
  protocols = [],
}: {
  url?: string;
  protocols?: readonly string[];
}) {
  const rawHeaders = ['Host', 'x', ...protocols.flatMap((each) => [HEADER, each]), 'Cookie', 'a=b'];
  const options = { type: 'websocket', listener: 'public', peer: '::1', protocol: 'wamp.2.json' };
  return new HttpDetails({ ...options, type: 'websocket' }, { url, rawHeaders });
}

const NONE = { bearer: undefined, token: undefined, ticket: undefined, isMalformed: false };

describe('the credentials of a request', () => {
  it('are not there where none came', () => {
    const { credentials, url } = detailsOf({ url: '/ws?a=1&tokens=2', protocols: ['wamp.2.json'] });
    deepEqual([credentials, url], [undefined, '/ws?a=1&tokens=2']);
  });

  it('are a bearer beside the subprotocol, which is not among the headers', () => {
    const { credentials, headers } = detailsOf({
      protocols: [`wamp.2.json, ${encode('a.b.ü')}`, 'wamp.2.cbor'],
    });
    deepEqual(credentials, { ...NONE, bearer: 'a.b.ü' });
    deepEqual(headers.get('sec-websocket-protocol'), ['wamp.2.json', 'wamp.2.cbor']);
    deepEqual([headers.get('host'), headers.get('cookie')], [['x'], ['a=b']]);
  });

  for (const raw of ['a.b.c', '_w', 'YWJjZ', `${'A'.repeat(42)}_`, 'v1.j.1.user.x']) {
    it(`are a bearer as it is where it is no encoding: ${raw}`, () => {
      const { credentials, headers } = detailsOf({ protocols: [`base64url.bearer.${raw}`] });
      deepEqual(credentials, { ...NONE, bearer: raw });
      deepEqual(headers.get('sec-websocket-protocol'), ['']);
    });
  }

  for (const [written, left, token, ticket] of [
    ['/ws?token=a.b.c', '/ws', 'a.b.c', undefined],
    ['/ws?x=1&ticket=T%2B+&y=%20', '/ws?x=1&y=%20', undefined, 'T+ '],
    ['/ws?token=&ticket=T', '/ws', '', 'T'],
    ['/ws?to%6ben=a', '/ws', 'a', undefined],
    ['/ws?token', '/ws', '', undefined],
    ['?a?token=b&token=c', '?a?token=b', 'c', undefined],
  ] as const) {
    it(`are taken out of ${written}`, () => {
      const { credentials, url } = detailsOf({ url: written });
      deepEqual([credentials, url], [{ ...NONE, token, ticket }, left]);
    });
  }

  for (const [what, request] of [
    ['a bearer of nothing', { protocols: ['base64url.bearer.'] }],
    ['a bearer with padding', { protocols: ['base64url.bearer.YQ=='] }],
    ['a bearer in plain Base64', { protocols: ['base64url.bearer.-/-/'] }],
    ['two bearers', { protocols: [`${encode('a')}, wamp.2.json, ${encode('b')}`] }],
    ['two bearers in two headers', { protocols: [encode('a'), encode('b')] }],
    ['two tokens', { url: '/ws?token=a&token=a' }],
    ['two tickets', { url: '/ws?ticket=a&x=1&ticket=b' }],
  ] as const) {
    it(`are malformed as ${what}`, () => {
      const { credentials, headers, url } = detailsOf(request);
      equal(credentials?.isMalformed, true);
      equal(JSON.stringify([...headers]).includes('bearer'), false);
      equal(/token|ticket/u.test(url), false);
    });
  }

  it('are not printed with the details', () => {
    const details = detailsOf({ url: '/ws?token=canary', protocols: [encode('canary')] });
    const printed = inspect(details, { depth: 9 }) + JSON.stringify(Object.assign({}, details));
    equal(printed.includes('canary'), false);
    equal(printed.includes(encode('canary')), false);
  });
});
