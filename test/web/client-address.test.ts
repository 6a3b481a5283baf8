import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import express from 'express';
import { clientAddress } from '../../src/web/client-address.js';
import { HttpClient, listen } from '../support/http.js';

/** What an application that trusts `proxies` takes for the address of a request with these header lines. */
async function ask(t: TestContext, proxies: string[], forwarded?: string[]): Promise<string> {
  const app = express();
  app.set('trust proxy', proxies);
  const addressOf = clientAddress(app);
  const server = createServer((request: IncomingMessage, response) => {
    response.end(addressOf(request));
  });
  const client = new HttpClient(await listen(t, server));
  const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  return (await client.get('/', headers)).body;
}

describe('clientAddress', () => {
  it("is the socket's when no proxy is trusted, whatever the headers say", async (t) => {
    assert.equal(await ask(t, [], ['192.0.2.1']), '127.0.0.1');
    assert.equal(await ask(t, ['10.0.0.0/8'], ['192.0.2.1']), '127.0.0.1');
  });

  it('is the nearest one that is no trusted proxy', async (t) => {
    const proxies = ['127.0.0.0/8', '10.0.0.0/8'];
    assert.equal(await ask(t, proxies), '127.0.0.1');
    assert.equal(await ask(t, proxies, ['192.0.2.1']), '192.0.2.1');
    assert.equal(await ask(t, proxies, ['203.0.113.9, 192.0.2.1, 10.1.1.1']), '192.0.2.1');
    assert.equal(await ask(t, proxies, ['203.0.113.9', '192.0.2.1']), '192.0.2.1');
  });

  it('throws for an application that has lost its setting', () => {
    const app = express();
    app.set('trust proxy fn', undefined);
    assert.throws(() => clientAddress(app), TypeError);
  });
});
