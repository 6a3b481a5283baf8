import type { TestContext } from 'node:test';
import type { Authorizer } from '../../../src/router/authorizer.js';
import type { Dict, List } from '../../../src/router/protocol/message.js';
import type { RealmOptions } from '../../../src/router/realm-options.js';
import { connect, CLIENT_ROLES, idOf, sessionOf, type Peer } from '../../support/peer.js';
import { createRouter } from '../../support/test-router.js';

/** A client that has joined `realm1`. */
export interface Member {
  readonly peer: Peer;
  readonly session: number;
  /** Calls a procedure and gives the whole answer without its request id: `[50, details, ...]` or `[8, details, error, ...]`. */
  readonly call: (procedure: string, args?: List, kwargs?: Dict) => Promise<List>;
  /** Sends a request with the next id, and gives its answer. */
  readonly request: (type: number, ...rest: List) => Promise<List>;
  /** Subscribes and gives the subscription's id. */
  readonly subscribe: (topic: string, options?: Dict) => Promise<number>;
}

/** Lets clients in, each as the user and role that it names. */
export type Join = (authid?: string, role?: string) => Promise<Member>;

/** A router with one realm, and the way in. */
export function createRealm(t: TestContext, realm: Partial<RealmOptions> = {}): Join {
  const router = createRouter(t, {}, realm);
  return async (authid = 'ada', role = 'user') => {
    const peer = connect(router);
    const details = { roles: CLIENT_ROLES, authid, authextra: { role } };
    const session = sessionOf(await peer.join('realm1', details));
    return memberOf(peer, session);
  };
}

function memberOf(peer: Peer, session: number): Member {
  let last = 0;
  const request = (type: number, ...rest: List): Promise<List> => {
    last += 1;
    peer.send([type, last, ...rest]);
    return peer.receive();
  };
  return {
    peer,
    session,
    request,
    call: async (procedure, args = [], kwargs = {}) => {
      const answer = await request(48, {}, procedure, args, kwargs);
      return answer[0] === 50 ? answer.slice(2) : answer.slice(3);
    },
    subscribe: async (topic, options = {}) => idOf(await request(32, options, topic)),
  };
}

/** Allows what `may` says, at once. */
export const ruling = (
  may: (authrole: string, action: string, uri: string) => boolean,
): Authorizer => ({
  authorize: ({ authrole }, action, uri) => may(authrole, action, uri),
});

/** Allows what `may` says, in a later turn. */
export const pondering = (
  may: (authrole: string, action: string, uri: string) => boolean,
): Authorizer => ({
  authorize: ({ authrole }, action, uri) =>
    new Promise((resolve) => {
      setImmediate(() => {
        resolve(may(authrole, action, uri));
      });
    }),
});

/** The arguments of an EVENT. */
export const eventArgs = (event: List): unknown => event[4];
