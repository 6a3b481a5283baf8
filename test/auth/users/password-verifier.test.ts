import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it } from 'node:test';
import {
  hashPassword,
  isPasswordHash,
  PasswordCheckOverload,
  PasswordVerifier,
} from '../../../src/auth/users/password-verifier.js';

const KITTEN = await hashPassword('kitten');

describe('hashPassword', () => {
  it('gives argon2id with 19 MiB, two passes and one lane', () => {
    assert.match(KITTEN, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]+\$[^$]+$/);
  });

  it('salts', async () => {
    assert.notEqual(await hashPassword('kitten'), KITTEN);
  });
});

describe('isPasswordHash', () => {
  it('knows an argon2id hash', () => {
    assert.equal(isPasswordHash(KITTEN), true);
  });

  for (const text of [
    '',
    'kitten',
    '$argon2id$',
    '$2b$12$abcdefghijklmnopqrstuv',
    `$2b$31$${'a'.repeat(53)}`,
    KITTEN.replace('argon2id', 'argon2i'),
    KITTEN.slice(0, 30),
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(isPasswordHash(text), false);
    });
  }
});

describe('PasswordVerifier', () => {
  it('knows the right password from wrong ones', async (t) => {
    const passwords = new PasswordVerifier();
    t.after(() => passwords.close());
    assert.equal(await passwords.verify(KITTEN, 'kitten'), true);
    assert.equal(await passwords.verify(KITTEN, 'Kitten'), false);
    assert.equal(await passwords.verify(KITTEN, ''), false);
    assert.equal(await passwords.verify(KITTEN, 'kitten\u0000'), false);
  });

  it('checks a few at a time, keeps a few waiting and refuses the others', async (t) => {
    const passwords = new PasswordVerifier({ concurrency: 1, queue: 2 });
    t.after(() => passwords.close());
    const checks = Array.from({ length: 5 }, () => passwords.verify(KITTEN, 'kitten'));
    const outcomes = await Promise.allSettled(checks);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    );
    await assert.rejects(checks[3] ?? assert.fail(), PasswordCheckOverload);
  });

  // L2
  it('costs whoever it is one hash of each kind and cost that there is, in one order', async (t) => {
    const passwords = new PasswordVerifier();
    t.after(() => passwords.close());
    const apr1 = '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1';
    const sha = '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=';
    passwords.expect([apr1, sha, apr1]);
    // Each round of MD5-crypt is one MD5, and {SHA} one SHA-1.
    const made = t.mock.method(crypto, 'createHash');
    syncBuiltinESMExports();
    t.after(() => {
      made.mock.restore();
      syncBuiltinESMExports();
    });
    const work = async (hash: string | undefined): Promise<readonly string[]> => {
      made.mock.resetCalls();
      await passwords.verify(hash, 'wrong');
      return made.mock.calls.map(({ arguments: [algorithm] }) => algorithm);
    };
    const unknown = await work(undefined);
    assert.deepEqual([unknown.length, unknown.at(-1)], [1003, 'sha1']);
    assert.deepEqual(await work(apr1), unknown);
    assert.deepEqual(await work(sha), unknown);
  });

  it('finds the right password among the kinds', async (t) => {
    const passwords = new PasswordVerifier();
    t.after(() => passwords.close());
    const apr1 = '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1';
    passwords.expect([KITTEN, apr1]);
    assert.equal(await passwords.verify(apr1, 'kitten'), true);
    assert.equal(await passwords.verify(KITTEN, 'kitten'), true);
    assert.equal(await passwords.verify(apr1, 'x'), false);
    assert.equal(await passwords.verify(undefined, 'kitten'), false);
    // Of a kind that was not expected.
    assert.equal(await passwords.verify('{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=', 'myPassword'), true);
  });

  it('makes a better hash of an outdated one, and of no other', async (t) => {
    const passwords = new PasswordVerifier();
    t.after(() => passwords.close());
    const better = await passwords.rehash('$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1', 'kitten');
    assert.match(better ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal(await passwords.verify(better, 'kitten'), true);
    assert.equal(await passwords.rehash(KITTEN, 'kitten'), undefined);
    // Of a longer password bcrypt has seen only the beginning: nobody knows what the rest should be.
    const bcrypt = '$2b$05$F9c1v./qxOTJ9fEReo3yEe7SBu2Rrm9n0l/QebEphMykpDFWbtihq';
    assert.equal(await passwords.rehash(bcrypt, 'x'.repeat(73)), undefined);
    assert.notEqual(await passwords.rehash(bcrypt, 'x'.repeat(72)), undefined);
  });

  it('has room again after a rush', async (t) => {
    const passwords = new PasswordVerifier({ concurrency: 2, queue: 0 });
    t.after(() => passwords.close());
    const rush = await Promise.allSettled([1, 2, 3].map(() => passwords.verify(KITTEN, 'x')));
    assert.equal(rush[2]?.status, 'rejected');
    assert.equal(await passwords.verify(KITTEN, 'kitten'), true);
  });

  it('gives its place back when a check fails', async (t) => {
    const passwords = new PasswordVerifier({ concurrency: 1, queue: 0 });
    t.after(() => passwords.close());
    await assert.rejects(passwords.verify('no hash', 'kitten'));
    assert.equal(await passwords.verify(KITTEN, 'kitten'), true);
  });

  // L4
  it('leaves the event loop free', async (t) => {
    const passwords = new PasswordVerifier();
    t.after(() => passwords.close());
    let turns = 0;
    const check = passwords.verify(KITTEN, 'kitten');
    const counting = setInterval(() => (turns += 1), 0);
    await check;
    clearInterval(counting);
    assert.ok(turns > 1, `${turns} turns of the loop`);
  });

  it('refuses what waits when it is closed, and ends when nothing runs', async () => {
    const passwords = new PasswordVerifier({ concurrency: 1, queue: 5 });
    const running = passwords.verify(KITTEN, 'kitten');
    const waiting = passwords.verify(KITTEN, 'kitten');
    const closing = passwords.close();
    await assert.rejects(waiting, PasswordCheckOverload);
    assert.equal(await running, true);
    await closing;
    await assert.rejects(passwords.verify(KITTEN, 'kitten'), PasswordCheckOverload);
    await passwords.close();
  });
});
