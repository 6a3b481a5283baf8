import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  InvalidProviderAnswer,
  parseAuthenticateAnswer,
  parseHelloAnswer,
} from '../../../src/auth/providers/provider-answer.js';
import type { List } from '../../../src/router/index.js';

const DENIED = {
  kind: 'failure',
  reason: 'wamp.error.authentication_denied',
  message: 'authentication_denied',
  details: {},
} as const;

describe('parseHelloAnswer', () => {
  it('reads CHALLENGE with the whole object as extra', () => {
    const extra = { challenge: {}, challenge_method: 'jwt', salt: 'x' };
    assert.deepEqual(parseHelloAnswer(['CHALLENGE', extra]), {
      kind: 'challenge',
      method: 'jwt',
      extra,
    });
  });

  it('reads NOCHALLENGE', () => {
    assert.deepEqual(parseHelloAnswer(['NOCHALLENGE', { authid: 'joe' }]), {
      kind: 'success',
      details: { authid: 'joe' },
    });
  });

  const invalid: readonly List[] = [
    [],
    ['CHALLENGE'],
    ['CHALLENGE', 'jwt'],
    ['CHALLENGE', {}],
    ['CHALLENGE', { challenge_method: 1 }],
    ['NOCHALLENGE'],
    ['NOCHALLENGE', null],
    ['SUCCESS', { authid: 'joe' }],
    ['ERROR'],
    ['challenge', { challenge_method: 'jwt' }],
    [['CHALLENGE'], { challenge_method: 'jwt' }],
    [null, {}],
  ];
  for (const answer of invalid) {
    it(`refuses ${JSON.stringify(answer)}`, () => {
      assert.throws(() => parseHelloAnswer(answer), InvalidProviderAnswer);
    });
  }
});

describe('parseAuthenticateAnswer', () => {
  it('reads SUCCESS, an empty map of PHP too', () => {
    assert.deepEqual(parseAuthenticateAnswer(['SUCCESS', { authid: 'joe' }]), {
      kind: 'success',
      details: { authid: 'joe' },
    });
    assert.deepEqual(parseAuthenticateAnswer(['SUCCESS', []]), { kind: 'success', details: {} });
  });

  it('says that the provider answered ERROR', () => {
    assert.throws(() => parseAuthenticateAnswer(['ERROR']), /the provider answers ERROR/);
  });

  const invalid: readonly List[] = [
    [],
    ['SUCCESS'],
    ['SUCCESS', 'joe'],
    ['SUCCESS', ['joe']],
    ['NOCHALLENGE', { authid: 'joe' }],
    ['CHALLENGE', { challenge_method: 'jwt' }],
    [true, { authid: 'joe' }],
  ];
  for (const answer of invalid) {
    it(`refuses ${JSON.stringify(answer)}`, () => {
      assert.throws(() => parseAuthenticateAnswer(answer), InvalidProviderAnswer);
    });
  }
});

for (const parse of [parseHelloAnswer, parseAuthenticateAnswer]) {
  describe(`${parse.name} on FAILURE`, () => {
    const bare: readonly List[] = [
      ['FAILURE'],
      ['FAILURE', null],
      ['FAILURE', []],
      ['FAILURE', {}],
      ['FAILURE', 'wrong'],
      ['FAILURE', { details: [] }],
    ];
    for (const answer of bare) {
      it(`reads ${JSON.stringify(answer)} as a denial`, () => {
        assert.deepEqual(parse(answer), DENIED);
      });
    }

    it('takes the reason, the message and the details of the provider', () => {
      const failure = {
        abort_uri: 'com.example.error.locked',
        details: { message: 'locked', until: 'noon' },
      };
      assert.deepEqual(parse(['FAILURE', failure]), {
        kind: 'failure',
        reason: 'com.example.error.locked',
        message: 'locked',
        details: { until: 'noon' },
      });
    });

    for (const uri of [
      '',
      'no uri',
      'a..b',
      'a#b',
      1,
      null,
      ['a.b'],
      'a\u202eb',
      'x'.repeat(300),
    ]) {
      it(`does not take ${JSON.stringify(uri).slice(0, 20)} for a reason`, () => {
        assert.deepEqual(parse(['FAILURE', { abort_uri: uri }]), DENIED);
      });
    }

    it('does not take a message that is no text', () => {
      assert.deepEqual(parse(['FAILURE', { details: { message: { a: 1 } } }]), DENIED);
    });
  });
}
