import { request as requestHttp } from 'node:http';
import type { Agent } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** What an HTTP request was answered with. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** How to ask. */
export interface PostOptions {
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a POST request and gives its answer, whatever its status. Rejects if the connection fails or is aborted. */
export function post(url: string, body: Buffer, options: PostOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Node 24 would connect all the same, and its agent keep the connection for another request.
    options.signal?.throwIfAborted();
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
      ...options,
      method: 'POST',
      headers: { ...options.headers, 'content-length': body.length },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      buffer(response).then((content) => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, contentType: headers['content-type'] ?? '', body: content });
      }, reject);
    });
    request.end(body);
  });
}
