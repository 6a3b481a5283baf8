import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const KEY = '4b1e0d9c7a6f583214e5d6c7b8a90f1e';
const KEYLESS = {
  EXPRESSWAY_AUTH__ORDER: '[ticket]',
  EXPRESSWAY_AUTH__TICKET__KINDS: '[backend]',
  EXPRESSWAY_AUTH__TICKET__BACKEND_ROLES: '[user]',
};
const BACKEND = { ...KEYLESS, EXPRESSWAY_AUTH__TICKET__BACKEND_KEY: KEY };
const CONFIG = MINIMAL.replace(
  '      - name: trusted',
  '      - name: trusted\n      - name: user',
);

describe('loadConfig on tickets', () => {
  it('gives what the file says', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': CONFIG });
    const { config } = await folder.load('a.yaml', {
      ...BACKEND,
      EXPRESSWAY_AUTH__TICKET__BACKEND_MAX_TTL: '2m',
    });
    deepEqual(config.auth.ticket, {
      kinds: ['backend'],
      ttlMs: 300_000,
      sessionMs: 8 * 3_600_000,
      max: 100_000,
      maxPerUser: 20,
      bindsAddress: false,
      backend: { key: KEY, roles: ['user'], maxTtlMs: 120_000 },
    });
    deepEqual(config.auth.order, ['ticket']);
  });

  it('takes the key from a file', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': CONFIG,
      'ticket.key': `${KEY}\n`,
    });
    const { config } = await folder.load('a.yaml', {
      ...KEYLESS,
      EXPRESSWAY_AUTH__TICKET__BACKEND_KEY_FILE: folder.file('ticket.key'),
    });
    equal(config.auth.ticket.backend.key, KEY);
  });

  const mistakes: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    [
      'authmethod ticket without a kind',
      { KINDS: '[]' },
      '/auth/ticket/kinds: expected at least one kind, as authmethod ticket is in use, found an empty list',
    ],
    [
      'a kind given twice',
      { KINDS: '[backend, backend]' },
      '/auth/ticket/kinds: expected each kind once, found a list',
    ],
    [
      'a key of less than 32 bytes',
      { BACKEND_KEY: KEY.slice(1) },
      '/auth/ticket/backend_key: expected a strong key, but it has 31 bytes; 32 are needed',
    ],
    [
      'a key that repeats itself',
      { BACKEND_KEY: KEY.slice(0, 16).repeat(2) },
      '/auth/ticket/backend_key: expected a strong key, but it repeats itself',
    ],
    [
      'no role for backend tickets',
      { BACKEND_ROLES: '[]' },
      '/auth/ticket/backend_roles: expected at least one role, as kinds has backend, found an empty list',
    ],
    [
      'a role that does not exist',
      { BACKEND_ROLES: '[boss]' },
      '/auth/ticket/backend_roles/0: expected a role of one of the realms, found "boss"',
    ],
    [
      'the role of the trusted listener',
      { BACKEND_ROLES: '[trusted]' },
      '/auth/ticket/backend_roles/0: expected a role that no trusted listener has, found "trusted"',
    ],
  ];
  for (const [name, changes, problem] of mistakes) {
    it(`refuses ${name}`, async (t) => {
      const folder = await ConfigurationFolder.make(t, { 'a.yaml': CONFIG });
      const variables = Object.entries(changes).map(([key, value]) => [
        `EXPRESSWAY_AUTH__TICKET__${key}`,
        value,
      ]);
      const problems = await folder.problems('a.yaml', {
        ...BACKEND,
        ...(Object.fromEntries(variables) as Record<string, string>),
      });
      deepEqual(
        problems.map((line) => line.replace(/^\S+ /, '')),
        [problem],
      );
    });
  }

  it('refuses backend tickets without a key', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': CONFIG });
    const [problem, ...more] = await folder.problems('a.yaml', KEYLESS);
    deepEqual(more, []);
    equal(
      problem?.replace(/^\S+ /, ''),
      '/auth/ticket: expected backend_key or backend_key_file, as kinds has backend, found a mapping',
    );
  });
});
