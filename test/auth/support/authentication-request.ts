import assert from 'node:assert/strict';
import { newSessionId } from '../../../src/router/protocol/id.js';
import type { AuthenticationRequest } from '../../../src/router/index.js';

/** A request of a client on the public listener, with what a test cares about. Nobody answers a challenge. */
export const requestWith = (parts: Partial<AuthenticationRequest> = {}): AuthenticationRequest => ({
  session: newSessionId(),
  realm: 'realm1',
  details: {},
  transport: {
    type: 'websocket',
    listener: 'public',
    peer: '192.0.2.7',
    protocol: 'wamp.2.json',
    headers: new Map(),
    url: '/ws',
  },
  signal: new AbortController().signal,
  challenge: () => assert.fail('there was a CHALLENGE'),
  ...parts,
});
