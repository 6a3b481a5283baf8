import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dict } from '../../../src/router/protocol/message.js';
import { publicationFilter } from '../../../src/router/broker/publication-filter.js';
import { recordingSession } from '../../support/recording-session.js';

// Two users, one with two sessions; the first session publishes.
const users = [
  { authid: 'ada', authrole: 'admin' },
  { authid: 'ada', authrole: 'admin' },
  { authid: 'bob', authrole: 'user' },
  { authid: 'eve', authrole: 'user' },
];
const sessions = users.map((principal) => recordingSession({ principal }).session);
const [publisher, other, bob, eve] = sessions;

/** The places of the sessions that get a publication of the first. */
function receiversOf(options: Dict): number[] {
  const [from] = sessions;
  if (from === undefined) throw new TypeError('no session');
  const mayReceive = publicationFilter(from, options);
  return sessions.flatMap((session, place) => (mayReceive(session) ? [place] : []));
}

describe('publicationFilter', () => {
  // WAMP, Publisher Exclusion; PS-12
  it('leaves the publisher out unless exclude_me is false', () => {
    deepEqual(receiversOf({}), [1, 2, 3]);
    deepEqual(receiversOf({ exclude_me: true }), [1, 2, 3]);
    deepEqual(receiversOf({ exclude_me: false }), [0, 1, 2, 3]);
  });

  // WAMP, Subscriber Black- and Whitelisting
  for (const [name, options, receivers] of [
    ['exclude', { exclude: [bob?.id, other?.id] }, [3]],
    ['exclude of nobody', { exclude: [] }, [1, 2, 3]],
    ['exclude_authid', { exclude_authid: ['ada', 'nobody'] }, [2, 3]],
    ['exclude_authrole', { exclude_authrole: ['user'] }, [1]],
    ['eligible', { eligible: [eve?.id, publisher?.id] }, [3]],
    ['eligible of nobody', { eligible: [] }, []],
    ['eligible_authid', { eligible_authid: ['ada', 'bob'] }, [1, 2]],
    ['eligible_authid of nobody', { eligible_authid: [] }, []],
    ['eligible_authrole', { eligible_authrole: ['user'] }, [2, 3]],
    ['eligible_authrole of nobody', { eligible_authrole: [] }, []],
    ['two kinds of eligible', { eligible_authid: ['ada'], eligible_authrole: ['user'] }, []],
    ['eligible and exclude', { eligible_authrole: ['user'], exclude_authid: ['eve'] }, [2]],
    ['exclude_me and eligible', { exclude_me: false, eligible_authid: ['ada'] }, [0, 1]],
    ['exclude_me and exclude', { exclude_me: false, exclude: [publisher?.id] }, [1, 2, 3]],
  ] as const) {
    it(`obeys ${name}`, () => {
      deepEqual(receiversOf(options), receivers);
    });
  }
});
