import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const folderOf = (t: TestContext, realm: string): Promise<ConfigurationFolder> =>
  ConfigurationFolder.make(t, {
    'a.yaml': MINIMAL.replace('  - name: realm1\n', `  - name: realm1\n    ${realm}\n`),
  });

describe('a realm of the configuration', () => {
  it('discloses on request, checks loosely, has bounds, and remembers nothing and does nothing as others do by default', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    deepEqual((await folder.load('a.yaml')).config.realms, [
      {
        name: 'realm1',
        disclosure: 'on_request',
        uriCheck: 'loose',
        retention: { topics: 10_000, bytes: 67_108_864, ttlMs: undefined },
        history: [],
        callQueue: 1000,
        forceReregister: false,
        expiry: {},
        thruway: {
          authorization: false,
          stateHandlers: false,
          multiregister: false,
          replaceOrphanedSession: false,
          metaEvents: false,
        },
        roles: [
          {
            name: 'trusted',
            trustLevel: undefined,
            permissions: [],
            authorizer: undefined,
            limits: {},
          },
        ],
      },
    ]);
  });

  it('takes what it is given, and the rest of a section by default', async (t) => {
    const folder = await folderOf(
      t,
      'disclosure: always\n    uri_check: strict\n    retention: { topics: 0, ttl: 1h }\n    history: [{ uri: a.b }, { uri: a., match: prefix, events: 5, max_age: 1m }]\n    call_queue: 0\n    force_reregister: true\n    thruway: { multiregister: true, meta_events: true }',
    );
    const env = { EXPRESSWAY_REALMS__0__ROLES__0__TRUST_LEVEL: '3' };
    const [realm] = (await folder.load('a.yaml', env)).config.realms;
    deepEqual(realm, {
      name: 'realm1',
      disclosure: 'always',
      uriCheck: 'strict',
      retention: { topics: 0, bytes: 67_108_864, ttlMs: 3_600_000 },
      history: [
        { uri: 'a.b', match: 'exact', events: 1000, maxAgeMs: undefined },
        { uri: 'a.', match: 'prefix', events: 5, maxAgeMs: 60_000 },
      ],
      callQueue: 0,
      forceReregister: true,
      expiry: {},
      thruway: {
        authorization: false,
        stateHandlers: false,
        multiregister: true,
        replaceOrphanedSession: false,
        metaEvents: true,
      },
      roles: [
        { name: 'trusted', trustLevel: 3, permissions: [], authorizer: undefined, limits: {} },
      ],
    });
  });

  for (const [name, realm, problem] of [
    [
      'an unknown disclosure',
      'disclosure: sometimes',
      '/realms/0/disclosure: expected one of never, on_request, always, found "sometimes"',
    ],
    [
      'an unknown check',
      'uri_check: none',
      '/realms/0/uri_check: expected one of loose, strict, found "none"',
    ],
    [
      'a retention without a unit',
      'retention: { bytes: 100 }',
      '/realms/0/retention/bytes: expected a size such as 64KiB, from 1KiB to 16GiB, found 100',
    ],
    [
      'an exact history of a pattern',
      'history: [{ uri: a..b }]',
      '/realms/0/history/0/uri: expected a URI without white space, # or empty components (those need match: prefix or wildcard), found "a..b"',
    ],
    [
      'a queue of less than no calls',
      'call_queue: -1',
      '/realms/0/call_queue: expected a number of calls: a whole number from 0 to 10000000, found -1',
    ],
    [
      'a way of Thruway that we do not know',
      'thruway: { multi_register: true }',
      '/realms/0/thruway/multi_register: unknown key (did you mean multiregister?)',
    ],
    [
      'a history of no events',
      'history: [{ uri: a.b, events: 0 }]',
      '/realms/0/history/0/events: expected a number of events: a whole number from 1 to 10000000, found 0',
    ],
  ] as const) {
    it(`cannot have ${name}`, async (t) => {
      const folder = await folderOf(t, realm);
      const problems = await folder.problems('a.yaml');
      deepEqual(
        problems.map((line) => line.replace(/^a\.yaml:4:\d+ /, '')),
        [problem],
      );
    });
  }

  it('cannot have one history twice', async (t) => {
    const folder = await folderOf(
      t,
      'history: [{ uri: a.b }, { uri: a.b, match: prefix }, { uri: a.b, events: 2 }]',
    );
    const problems = await folder.problems('a.yaml');
    equal(problems.length, 1);
    equal(
      problems[0],
      'a.yaml:4:65 /realms/0/history/2/uri: expected each topic or pattern once, found "a.b"',
    );
  });
});
