import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePasswordHash } from '../../../src/auth/users/password-hash.js';

const LONG = 'a-much-longer-password-than-sixteen-bytes';

const BCRYPT_KITTEN = '$2b$06$c3JwPZWOqn38HRNAM80vKO6ELYlWnECsA5gT2hDIwzvzPLcW0xQzC';
/** Of 72 times x. */
const BCRYPT_LONG = '$2b$05$F9c1v./qxOTJ9fEReo3yEe7SBu2Rrm9n0l/QebEphMykpDFWbtihq';

// Made by others: crypt_blowfish and its tests, RFC 7914 (12), the documentation of htpasswd, openssl passwd.
const made: readonly (readonly [kind: string, profile: string, hash: string, password: string])[] =
  [
    [
      'argon2id',
      '$argon2id$v=19$m=19456,t=2,p=1',
      '$argon2id$v=19$m=19456,t=2,p=1$wg00D0H93c3l8/HbFIAGMg$dz4TW+brLcOA6Sdu48L62eIp59GDYTKrP9QE93xNn/w',
      'kitten',
    ],
    ['bcrypt 2a', '$2a$05', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
    ['bcrypt 2b', '$2b$06', BCRYPT_KITTEN, 'kitten'],
    [
      'bcrypt 2y',
      '$2y$05',
      '$2y$05$abcdefghijklmnopqrstuuo1xNXbW/ziF0vwzh5UFofhlf.yXsO72',
      'kitten',
    ],
    [
      'scrypt',
      '$scrypt$ln=14,r=8,p=1',
      '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
      'pleaseletmein',
    ],
    ['$apr1$', '$apr1', '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1', 'kitten'],
    ['$apr1$ of nothing', '$apr1', '$apr1$r31.....$iQoXxeL5pW.kaXVrniDCU0', ''],
    ['$apr1$ beyond ASCII', '$apr1', '$apr1$r31.....$v7z8UXGhlZBFy/MmBhtei1', 'pässwörd €'],
    ['$apr1$ of much', '$apr1', '$apr1$r31.....$vD5lPH3ks2HZ/0DKbQ7t40', LONG],
    ['$apr1$ of the documentation', '$apr1', '$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/', 'myPassword'],
    ['{SHA}', '{SHA}', '{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=', 'myPassword'],
  ];

const hashOf = (text: string) => parsePasswordHash(text) ?? assert.fail(`no hash: ${text}`);

describe('parsePasswordHash', () => {
  for (const [kind, profile, text, password] of made) {
    it(`knows ${kind}: the right password from others`, async () => {
      const hash = hashOf(text);
      assert.equal(hash.profile, profile);
      assert.equal(await hash.verify(password), true);
      for (const wrong of [`${password}x`, password.toUpperCase() + '?', 'x']) {
        assert.equal(await hash.verify(wrong), false);
      }
    });

    it(`gives ${kind} a decoy of the same cost that is no password's`, async () => {
      const decoy = hashOf(text).decoy();
      assert.equal(decoy.profile, profile);
      assert.equal(await decoy.verify(password), false);
      assert.equal(await decoy.decoy().verify(password), false);
    });
  }

  it('counts all but argon2id of at least 7 MiB and 5 passes, or as much, as outdated', () => {
    assert.deepEqual(
      made.map(([, , text]) => hashOf(text).isOutdated),
      made.map(([kind]) => kind !== 'argon2id'),
    );
    const of = (cost: string): boolean =>
      hashOf(`$argon2id$v=19$${cost}$c2FsdHNhbHQ$${'A'.repeat(43)}`).isOutdated;
    assert.deepEqual(
      ['m=7168,t=5,p=1', 'm=12288,t=3,p=1', 'm=19456,t=1,p=1', 'm=65536,t=3,p=4'].map(of),
      [false, false, true, false],
    );
  });

  const digest = 'A'.repeat(43);
  const salt = 'c2FsdHNhbHQ';
  const bounds: readonly (readonly [string, string, string])[] = [
    [
      'argon2id memory',
      `$argon2id$v=19$m=262144,t=4,p=1$${salt}$${digest}`,
      `$argon2id$v=19$m=262145,t=1,p=1$${salt}$${digest}`,
    ],
    [
      'argon2id passes',
      `$argon2id$v=19$m=1024,t=1024,p=1$${salt}$${digest}`,
      `$argon2id$v=19$m=1024,t=1025,p=1$${salt}$${digest}`,
    ],
    [
      'argon2id lanes',
      `$argon2id$v=19$m=1024,t=1,p=16$${salt}$${digest}`,
      `$argon2id$v=19$m=1024,t=1,p=17$${salt}$${digest}`,
    ],
    ['bcrypt cost', `$2b$15$${'a'.repeat(53)}`, `$2b$16$${'a'.repeat(53)}`],
    ['bcrypt cost', `$2b$04$${'a'.repeat(53)}`, `$2b$03$${'a'.repeat(53)}`],
    [
      'scrypt memory',
      `$scrypt$ln=18,r=8,p=1$${salt}$${digest}`,
      `$scrypt$ln=18,r=9,p=1$${salt}$${digest}`,
    ],
    [
      'scrypt work',
      `$scrypt$ln=18,r=8,p=4$${salt}$${digest}`,
      `$scrypt$ln=18,r=8,p=5$${salt}$${digest}`,
    ],
  ];
  for (const [what, bearable, absurd] of bounds) {
    it(`refuses an absurd ${what}: ${absurd.slice(0, 30)}`, () => {
      assert.notEqual(parsePasswordHash(bearable), undefined);
      assert.equal(parsePasswordHash(absurd), undefined);
    });
  }

  for (const text of [
    '',
    'kitten',
    '$argon2id$',
    `$argon2i$v=19$m=19456,t=2,p=1$${salt}$${digest}`,
    `$argon2id$v=16$m=19456,t=2,p=1$${salt}$${digest}`,
    `$argon2id$v=19$m=0,t=2,p=1$${salt}$${digest}`,
    `$2x$10$${'a'.repeat(53)}`,
    `$2b$10$${'a'.repeat(52)}`,
    `$scrypt$ln=0,r=8,p=1$${salt}$${digest}`,
    '$apr1$$yp2v4/1tp43pzs.ewzgmJ1',
    '$1$r31.....$yp2v4/1tp43pzs.ewzgmJ1',
    '{SHA}kitten',
    'rqXexS6ZhobKA',
  ]) {
    it(`takes ${JSON.stringify(text.slice(0, 30))} for no hash`, () => {
      assert.equal(parsePasswordHash(text), undefined);
    });
  }

  it('knows what bcrypt looks at: a NUL is no end, and what comes after 72 bytes is not proven', async () => {
    const hash = hashOf(BCRYPT_LONG);
    assert.equal(hash.maxBytes, 72);
    assert.equal(await hash.verify(`${'x'.repeat(72)}tail`), true);
    const kitten = hashOf(BCRYPT_KITTEN);
    assert.equal(await kitten.verify('kitten\0kitten'), false);
  });

  it('takes from the event loop no longer than some rounds of MD5 do', async () => {
    const hash = hashOf('$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1');
    let turns = 0;
    const check = hash.verify('kitten');
    const count = (): void => {
      turns += 1;
      pending = setImmediate(count);
    };
    let pending = setImmediate(count);
    await check;
    clearImmediate(pending);
    assert.ok(turns >= 10, `${turns} turns`);
  });
});
