import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AuthmethodRegistry,
  REGISTER_METHOD,
} from '../../../src/auth/providers/authmethod-registry.js';
import { FakeRealm, type FakeClient } from '../support/fake-realm.js';
import { MemoryLogger } from '../support/memory-logger.js';

const HANDLERS = {
  onhello: 'thruway.auth.jwt.onhello',
  onauthenticate: 'thruway.auth.jwt.onauthenticate',
};

interface Setup {
  readonly realm: FakeRealm;
  readonly registry: AuthmethodRegistry;
  readonly logger: MemoryLogger;
}

async function setUp(methods: readonly string[] = ['jwt', 'magic']): Promise<Setup> {
  const realm = new FakeRealm();
  const logger = new MemoryLogger();
  const registry = new AuthmethodRegistry({ client: realm.connect(), methods, logger });
  await registry.start();
  return { realm, registry, logger };
}

const announce = async (client: FakeClient, ...args: readonly unknown[]): Promise<unknown> =>
  (await client.call(REGISTER_METHOD, args)).args;

describe('AuthmethodRegistry', () => {
  it('registers thruway.auth.registermethod with disclose_caller', async () => {
    const { realm } = await setUp();
    const registration = realm.registrations.get('thruway.auth.registermethod');
    assert.deepEqual(registration?.options, { disclose_caller: true });
  });

  it('answers ["SUCCESS"] and knows the provider from then on', async () => {
    const { realm, registry } = await setUp();
    const provider = realm.connect();
    assert.equal(registry.find('jwt'), undefined);
    assert.deepEqual(await announce(provider, 'jwt', HANDLERS, ['realm1', 'realm2']), ['SUCCESS']);
    const found = registry.find('jwt') ?? assert.fail();
    assert.equal(found.session, provider.session);
    assert.equal(found.onhello, HANDLERS.onhello);
    assert.equal(found.onauthenticate, HANDLERS.onauthenticate);
    assert.deepEqual(
      ['realm1', 'realm2', 'realm', 'realm10', '*'].map((name) => found.covers(name)),
      [true, true, false, false, false],
    );
    assert.equal(found.challenge, undefined);
    assert.equal(registry.find('magic'), undefined);
  });

  it('keeps the challenge that a provider gives everybody', async () => {
    const { realm, registry } = await setUp();
    const extra = { challenge: {}, challenge_method: 'jwt' };
    await announce(realm.connect(), 'jwt', { ...HANDLERS, challenge: extra }, ['*']);
    assert.deepEqual(registry.find('jwt')?.challenge, { kind: 'challenge', method: 'jwt', extra });
  });

  it('lets "*" stand for every realm', async () => {
    const { realm, registry } = await setUp();
    await announce(realm.connect(), 'jwt', HANDLERS, ['*']);
    assert.equal(registry.find('jwt')?.covers('whatever'), true);
  });

  it('does not let a provider without realms answer for any', async () => {
    const { realm, registry } = await setUp();
    await announce(realm.connect(), 'jwt', HANDLERS, []);
    assert.equal(registry.find('jwt')?.covers('realm1'), false);
  });

  const onhello = 'a.onhello';
  const onauthenticate = 'a.onauthenticate';
  const refused: readonly [string, readonly unknown[], string][] = [
    ['no arguments', [], 'Authentication provider must name its method'],
    ['no name', [42, HANDLERS, ['*']], 'Authentication provider must name its method'],
    ['no handlers', ['jwt'], 'Authentication provider must provide "onhello" handler'],
    [
      'handlers of PHP’s empty map',
      ['jwt', [], ['*']],
      'Authentication provider must provide "onhello" handler',
    ],
    [
      'no onhello',
      ['jwt', { onauthenticate }, ['*']],
      'Authentication provider must provide "onhello" handler',
    ],
    [
      'no onauthenticate',
      ['jwt', { onhello }, ['*']],
      'Authentication provider must provide "onauthenticate" handler',
    ],
    [
      'an onhello that is no URI',
      ['jwt', { onhello: 'a..b', onauthenticate }, ['*']],
      'Authentication provider must provide "onhello" handler',
    ],
    [
      'a procedure of the router as onhello',
      ['jwt', { onhello: 'wamp.session.kill', onauthenticate }, ['*']],
      'Authentication provider must provide "onhello" handler',
    ],
    [
      'a procedure of the router as onauthenticate',
      ['jwt', { onhello, onauthenticate: 'expressway.auth.refresh' }, ['*']],
      'Authentication provider must provide "onauthenticate" handler',
    ],
    [
      'a challenge without its method',
      ['jwt', { ...HANDLERS, challenge: { challenge: {} } }, ['*']],
      'The "challenge" of an authentication provider must have a challenge_method',
    ],
    ['no realms', ['jwt', HANDLERS], 'Authentication provider must name its realms'],
    [
      'realms that are none',
      ['jwt', HANDLERS, ['realm1', 1]],
      'Authentication provider must name its realms',
    ],
    ['a method that is not configured', ['ticket', HANDLERS, ['*']], 'Method is not configured'],
    ['a method named __proto__', ['__proto__', HANDLERS, ['*']], 'Method is not configured'],
  ];
  for (const [what, args, message] of refused) {
    it(`answers ERROR to ${what}`, async () => {
      const { realm, registry } = await setUp();
      assert.deepEqual(await announce(realm.connect(), ...args), ['ERROR', message]);
      assert.equal(registry.find('jwt'), undefined);
    });
  }

  it('keeps the first provider of a method', async () => {
    const { realm, registry } = await setUp();
    const first = realm.connect();
    await announce(first, 'jwt', HANDLERS, ['*']);
    assert.deepEqual(await announce(realm.connect(), 'jwt', { onhello, onauthenticate }, ['*']), [
      'ERROR',
      'Method registration already exists',
    ]);
    assert.equal(registry.find('jwt')?.session, first.session);
  });

  it('answers ERROR when the caller is not disclosed', async () => {
    const { realm, registry } = await setUp();
    const handler = realm.registrations.get(REGISTER_METHOD)?.handler ?? assert.fail();
    const result = await handler({
      args: ['jwt', HANDLERS, ['*']],
      kwargs: {},
      details: {},
      signal: new AbortController().signal,
      progress: undefined,
    });
    assert.deepEqual(result.args, [
      'ERROR',
      'Invocation must provide "caller" detail on registration',
    ]);
    assert.equal(registry.find('jwt'), undefined);
  });

  it('rejects when somebody else has its procedure', async () => {
    const { realm } = await setUp();
    const second = new AuthmethodRegistry({ client: realm.connect(), methods: ['jwt'] });
    await assert.rejects(second.start(), { uri: 'wamp.error.procedure_already_exists' });
  });
});

describe('AuthmethodRegistry#removeProvider', () => {
  it('forgets the methods of that session and of no other', async () => {
    const { realm, registry, logger } = await setUp();
    const [jwt, magic] = [realm.connect(), realm.connect()];
    await announce(jwt, 'jwt', HANDLERS, ['*']);
    await announce(magic, 'magic', HANDLERS, ['*']);
    registry.removeProvider(jwt.session);
    assert.equal(registry.find('jwt'), undefined);
    assert.equal(registry.find('magic')?.session, magic.session);
    assert.equal(logger.lines.filter((line) => line.includes('provider left')).length, 1);
  });

  it('makes room for the next provider', async () => {
    const { realm, registry } = await setUp();
    const [first, second] = [realm.connect(), realm.connect()];
    await announce(first, 'jwt', HANDLERS, ['*']);
    registry.removeProvider(first.session);
    assert.deepEqual(await announce(second, 'jwt', HANDLERS, ['*']), ['SUCCESS']);
    assert.equal(registry.find('jwt')?.session, second.session);
  });

  it('does not take the announcement of a session that has left meanwhile', async () => {
    const { realm, registry } = await setUp();
    const provider = realm.connect();
    const announced = announce(provider, 'jwt', HANDLERS, ['*']);
    registry.removeProvider(provider.session);
    assert.deepEqual(await announced, ['ERROR', 'Session has left']);
    assert.equal(registry.find('jwt'), undefined);
  });

  it('remembers a hundred of those', async () => {
    const { realm, registry } = await setUp();
    const gone = Array.from({ length: 101 }, () => realm.connect());
    for (const { session } of gone) registry.removeProvider(session);
    const [oldest, next] = [gone[0] ?? assert.fail(), gone[1] ?? assert.fail()];
    assert.deepEqual(await announce(next, 'jwt', HANDLERS, ['*']), ['ERROR', 'Session has left']);
    assert.deepEqual(await announce(oldest, 'jwt', HANDLERS, ['*']), ['SUCCESS']);
  });
});
