import type { IncomingMessage } from 'node:http';
import { ignoreError } from '../ignore-error.js';

/** The body of a request, or why there is none. */
export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too long' }
  | { readonly kind: 'aborted' };

/** Reads a request's body of up to `limit` bytes; tells that it is longer as soon as that is known, and reads no further. Never rejects. */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    return Promise.resolve({ kind: 'too long' });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (body: Body): void => {
      request.off('data', ondata).off('end', onend);
      resolve(body);
    };
    const ondata = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limit) settle({ kind: 'too long' });
      else chunks.push(chunk);
    };
    const onend = (): void => {
      settle({ kind: 'whole', bytes: Buffer.concat(chunks, bytes) });
    };
    request.on('data', ondata).on('end', onend);
    // An aborted request says so with an error, which nobody else listens to.
    request.on('error', ignoreError);
    request.once('close', () => {
      settle({ kind: 'aborted' });
    });
  });
}
