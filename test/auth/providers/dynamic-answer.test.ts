import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDynamicAnswer } from '../../../src/auth/providers/dynamic-answer.js';
import { InvalidProviderAnswer } from '../../../src/auth/providers/provider-answer.js';

describe('parseDynamicAnswer', () => {
  it('takes a role alone', () => {
    deepEqual(parseDynamicAnswer(['user'], 'realm1'), {
      role: 'user',
      principal: { role: 'user' },
      authid: undefined,
      extra: undefined,
    });
  });

  it('takes a dict, where null is nothing', () => {
    const principal = {
      role: 'user',
      authid: 'joe',
      realm: 'realm1',
      extra: { a: 1 },
      secret: 's',
    };
    deepEqual(parseDynamicAnswer([principal], 'realm1'), {
      role: 'user',
      principal,
      authid: 'joe',
      extra: { a: 1 },
    });
    const empty = { role: 'user', authid: null, realm: null, extra: null };
    const { authid, extra } = parseDynamicAnswer([empty], 'realm1');
    deepEqual([authid, extra], [undefined, undefined]);
  });

  for (const [name, args] of [
    ['nothing', []],
    ['null', [null]],
    ['true', [true]],
    ['a list', [['user']]],
    ['no role', [{ authid: 'joe' }]],
    ['a role that is no string', [{ role: 1 }]],
    ['an authid that is no string', [{ role: 'user', authid: 7 }]],
    ['an extra that is no dict', [{ role: 'user', extra: [] }]],
    ['a realm that is no string', [{ role: 'user', realm: 1 }]],
    ['another realm', [{ role: 'user', realm: 'realm2' }]],
  ] as const) {
    it(`refuses ${name}`, () => {
      throws(() => parseDynamicAnswer(args, 'realm1'), InvalidProviderAnswer);
    });
  }
});
