import { createPublicKey } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from './http.js';

/** An issuer's endpoint of keys, for a test to change while it is asked. */
export interface JwksEndpoint {
  readonly uri: string;
  /** What it answers with, beside status 200. */
  keys: readonly object[];
  /** Answers in its own way, in place of the keys. */
  answer: ((response: ServerResponse) => void) | undefined;
  /** How often it was asked. */
  asked: number;
}

/** A public key in PEM as an item of a set. */
export const toJwk = (pem: string, more: object): object => ({
  ...createPublicKey(pem).export({ format: 'jwk' }),
  use: 'sig',
  ...more,
});

/** Starts an endpoint that ends with the test. */
export async function startJwksEndpoint(
  t: TestContext,
  keys: readonly object[] = [],
): Promise<JwksEndpoint> {
  const server = createServer((_request, response) => {
    endpoint.asked += 1;
    if (endpoint.answer !== undefined) endpoint.answer(response);
    else response.end(JSON.stringify({ keys: endpoint.keys }));
  });
  const endpoint: JwksEndpoint = { uri: '', keys, answer: undefined, asked: 0 };
  return Object.assign(endpoint, { uri: `${await listen(t, server)}/jwks.json` });
}
