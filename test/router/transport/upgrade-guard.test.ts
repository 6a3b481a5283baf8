import { equal, throws } from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { originGuard, trustedGuard } from '../../../src/router/transport/upgrade-guard.js';

function request(headers: Readonly<Record<string, string>>): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  Object.assign(message.headers, headers);
  return message;
}

describe('originGuard', () => {
  const guard = originGuard(['https://dash.example.com', 'http://localhost:3000']);

  for (const headers of [
    { host: 'example.com' },
    { host: 'example.com', origin: 'https://example.com' },
    { host: 'example.com', origin: 'http://example.com' },
    { host: 'example.com:443', origin: 'https://example.com' },
    { host: 'EXAMPLE.com:8080', origin: 'http://example.com:8080' },
    { host: 'example.com', origin: 'https://dash.example.com' },
    { host: 'example.com', origin: 'HTTPS://DASH.example.com:443' },
    { host: 'example.com', origin: 'http://localhost:3000' },
  ]) {
    it(`lets ${JSON.stringify(headers)} pass`, () => {
      equal(guard(request(headers)), undefined);
    });
  }

  for (const headers of [
    { host: 'example.com', origin: 'https://evil.com' },
    { host: 'example.com', origin: 'https://example.com.evil.com' },
    { host: 'example.com', origin: 'https://evil.com/https://example.com' },
    { host: 'example.com', origin: 'http://example.com:8080' },
    { host: 'example.com', origin: 'http://dash.example.com' },
    { host: 'example.com', origin: 'http://localhost:3001' },
    { host: 'example.com', origin: 'null' },
    { host: 'example.com', origin: '' },
    { host: 'example.com', origin: 'file://example.com' },
    { origin: 'https://example.com' },
  ]) {
    it(`refuses ${JSON.stringify(headers)} with 403`, () => {
      equal(guard(request(headers))?.status, 403);
    });
  }

  it('judges each pair of an origin and a host by itself, however many came before', () => {
    for (let port = 1; port <= 250; port += 1) {
      const origin = `https://example.com:${port}`;
      equal(
        guard(request({ host: 'example.com', origin }))?.status,
        port === 443 ? undefined : 403,
      );
      equal(guard(request({ host: `example.com:${port}`, origin })), undefined);
      equal(guard(request({ host: 'example.com', origin: 'https://evil.com' }))?.status, 403);
    }
  });

  it('throws at construction for an allowed origin that is none', () => {
    throws(() => originGuard(['dash']), TypeError);
  });
});

describe('trustedGuard', () => {
  const guard = trustedGuard(['Router.internal']);

  for (const host of [
    ...['localhost', 'LOCALHOST:8081', '127.0.0.1:8081', '127.0.0.1', '[::1]:8081', '[::1]'],
    ...['router.internal:1', 'ROUTER.INTERNAL'],
  ]) {
    it(`lets the host ${host} pass`, () => {
      equal(guard(request({ host })), undefined);
    });
  }

  for (const host of [
    ...['evil.com', 'localhost.evil.com', 'evil.com:8081', '127.0.0.1.evil.com', '127.0.0.2', ''],
    ...['localhost:', 'localhost:x', 'localhost:123456', 'user@localhost', '[::2]', 'localhost/'],
  ]) {
    it(`refuses the host ${JSON.stringify(host)}`, () => {
      equal(guard(request({ host }))?.reason, 'unknown Host');
    });
  }

  it('refuses a request without a host', () => {
    equal(guard(request({}))?.status, 403);
  });

  for (const name of ['origin', 'cookie', 'sec-fetch-mode', 'sec-fetch-site']) {
    it(`refuses a browser’s header ${name}`, () => {
      const refusal = guard(request({ host: 'localhost', [name]: '' }));
      equal(refusal?.reason, `the trusted URL is not for browsers: header ${name}`);
    });
  }

  it('lets programs pass that send an allowed Origin, but no page of that origin', () => {
    const lenient = trustedGuard([], ['http://127.0.0.1']);
    const headers = { host: 'localhost', origin: 'http://127.0.0.1' };
    equal(lenient(request(headers)), undefined);
    equal(lenient(request({ ...headers, origin: 'http://127.0.0.1:80' }))?.status, 403);
    equal(lenient(request({ ...headers, origin: 'http://localhost' }))?.status, 403);
    equal(lenient(request({ ...headers, 'sec-fetch-mode': 'websocket' }))?.status, 403);
    equal(lenient(request({ ...headers, cookie: 'a=b' }))?.status, 403);
  });

  for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via', 'x-real-ip']) {
    it(`refuses a proxy’s header ${name}`, () => {
      const refusal = guard(request({ host: 'localhost', [name]: 'a' }));
      equal(refusal?.reason, `the trusted URL is not for proxies: header ${name}`);
    });
  }
});
