import { deepEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { toUserEntry } from '../../src/config/user-row.js';

const ROW = {
  id: '7',
  username: 'ada',
  role: 'admin',
  roles: [],
  password: null,
  disabled: false,
  tokens_valid_from: null,
  wampcra: null,
  scram: null,
  public_keys: null,
  certificates: [],
};

describe('toUserEntry', () => {
  it('takes null and an empty list for nothing; nobody needs a credential of ours', () => {
    deepEqual(toUserEntry(ROW), { id: '7', username: 'ada', role: 'admin', disabled: false });
  });

  it('reads what there is as the users file is read', () => {
    const entry = toUserEntry({
      ...ROW,
      roles: ['reader'],
      disabled: true,
      tokens_valid_from: '2026-11-01T00:00:00.250000Z',
      wampcra: { secret: 'one' },
      public_keys: ['AB'.repeat(32)],
    });
    deepEqual(entry, {
      id: '7',
      username: 'ada',
      role: 'admin',
      roles: ['reader'],
      disabled: true,
      tokensValidFrom: Date.UTC(2026, 10, 1) / 1000 + 0.25,
      credentials: { wampcra: { secret: 'one' }, publicKeys: ['ab'.repeat(32)] },
    });
  });

  it('names the columns that are wrong, and not what is in them', () => {
    throws(() => toUserEntry({ ...ROW, password: 'canary', wampcra: { secret: 5, x: 'canary' } }), {
      message: 'these columns are not as they must be: password, wampcra.secret, wampcra',
    });
  });
});
