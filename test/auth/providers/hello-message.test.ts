import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHelloMessage } from '../../../src/auth/providers/hello-message.js';
import type { TransportDetails } from '../../../src/router/index.js';
import { requestWith } from '../support/authentication-request.js';

const transport = (change: Partial<TransportDetails> = {}): TransportDetails => ({
  type: 'websocket',
  listener: 'public',
  peer: '192.0.2.7',
  protocol: 'wamp.2.json',
  headers: new Map([['host', ['dash.example.com']]]),
  url: '/ws',
  ...change,
});

const transportOf = (change: Partial<TransportDetails>): unknown => {
  const [, , details] = toHelloMessage(requestWith({ transport: transport(change) }));
  return (details as { readonly transport: unknown }).transport;
};

describe('toHelloMessage', () => {
  it('gives HELLO as a list, with the transport in its details', () => {
    const details = { roles: { caller: {} }, authmethods: ['jwt'], authid: 'joe' };
    const request = requestWith({ realm: 'realm1', details, transport: transport() });
    assert.deepEqual(toHelloMessage(request), [
      1,
      'realm1',
      {
        ...details,
        transport: {
          type: 'ratchet',
          transport_address: '192.0.2.7',
          headers: { host: ['dash.example.com'] },
          url: '/ws',
          query_params: [],
          cookies: [],
        },
      },
    ]);
  });

  it('does not believe a client about its transport', () => {
    const forged = {
      transport: { transport_address: '127.0.0.1', headers: { cookie: ['sid=1'] } },
    };
    const request = requestWith({ details: forged, transport: transport() });
    const [, , details] = toHelloMessage(request);
    assert.doesNotMatch(JSON.stringify(details), /127\.0\.0\.1|sid=1/);
    assert.match(JSON.stringify(details), /192\.0\.2\.7/);
  });

  it('tells the query, names that come twice with a list', () => {
    assert.deepEqual(transportOf({ url: '/ws?ticket=a%20b&x=1&x=2&empty' }), {
      type: 'ratchet',
      transport_address: '192.0.2.7',
      headers: { host: ['dash.example.com'] },
      url: '/ws',
      query_params: { ticket: 'a b', x: ['1', '2'], empty: '' },
      cookies: [],
    });
  });

  it('tells the token and the ticket of the query, which are shown to nobody else', () => {
    const credentials = { bearer: undefined, token: 't', ticket: 'u', isMalformed: false };
    const details = transportOf({ url: '/ws?x=1', credentials }) as Record<string, unknown>;
    assert.deepEqual(details['query_params'], { x: '1', token: 't', ticket: 'u' });
  });

  it('tells the headers as lists and the cookie header once more', () => {
    const headers = new Map([
      ['cookie', ['sid=1; theme=dark']],
      ['x-a', ['1', '2']],
    ]);
    assert.deepEqual(transportOf({ headers }), {
      type: 'ratchet',
      transport_address: '192.0.2.7',
      headers: { cookie: ['sid=1; theme=dark'], 'x-a': ['1', '2'] },
      url: '/ws',
      query_params: [],
      cookies: ['sid=1; theme=dark'],
    });
  });

  it('keeps names of the prototype what they are', () => {
    const params = transportOf({ url: '/?__proto__=1&constructor=2' }) as {
      readonly query_params: object;
    };
    assert.deepEqual(Object.entries(params.query_params), [
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it('names another transport as it is', () => {
    assert.deepEqual(
      transportOf({ type: 'memory', peer: 'internal', url: '', headers: new Map() }),
      {
        type: 'memory',
        transport_address: 'internal',
        headers: {},
        url: '',
        query_params: [],
        cookies: [],
      },
    );
  });
});
