import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOrigins } from '../../src/web/cors.js';
import { basic } from '../support/http.js';
import { startWeb } from './running-web.js';

describe('parseOrigins', () => {
  it('takes origins as browsers send them', () => {
    const origins = ['https://app.example', 'http://127.0.0.1:3000'];
    assert.deepEqual([...parseOrigins(origins)], origins);
  });

  for (const origin of [
    '*',
    'null',
    'https://app.example/',
    'https://APP.example',
    'https://a.example:443',
    'app.example',
    'data:x',
    '',
  ]) {
    it(`refuses ${JSON.stringify(origin)}`, () => {
      assert.throws(() => parseOrigins([origin]), TypeError);
    });
  }
});

describe('cors', () => {
  const Origin = 'https://app.example';

  it('answers the whole preflight of a listed origin', async (t) => {
    const { client } = await startWeb(t, { allowedOrigins: [Origin] });
    const headers = { Origin, 'Access-Control-Request-Method': 'POST' };
    const answer = await client.send('OPTIONS', '/get_token', { headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], Origin);
    assert.equal(answer.headers['access-control-allow-credentials'], 'true');
    assert.equal(answer.headers['access-control-allow-methods'], 'GET, POST');
    assert.equal(
      answer.headers['access-control-allow-headers'],
      'Authorization, Content-Type, X-CSRF-Token',
    );
    assert.equal(answer.headers['access-control-max-age'], '600');
    assert.equal(answer.headers.vary, 'Origin');
  });

  it('lets a listed origin past the check of Sec-Fetch-Site and read refusals', async (t) => {
    const { client } = await startWeb(t, { allowedOrigins: [Origin] });
    const headers = { Origin, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'empty' };
    const refused = await client.get('/get_token', headers);
    assert.deepEqual(
      [refused.status, refused.headers['access-control-allow-origin']],
      [401, Origin],
    );
    const Authorization = basic('admin', 'kitten');
    assert.equal((await client.get('/get_token', { ...headers, Authorization })).body, 'token-1');
  });

  it('says what answers depend on also to requests without an origin', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/get_token', { Authorization: basic('admin', 'kitten') });
    assert.equal(answer.headers.vary, 'Origin, Accept, Authorization, Cookie');
  });

  it('opens no other address to a listed origin', async (t) => {
    const { client } = await startWeb(t, { allowedOrigins: [Origin] });
    const answer = await client.get('/login', { Origin });
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.equal((await client.post('/login', {}, { Origin })).status, 403);
  });
});
