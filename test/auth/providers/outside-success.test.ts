import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromOutside } from '../../../src/auth/providers/outside-success.js';

describe('fromOutside', () => {
  const grantable = new Set(['sales', 'authenticated_user']);

  it('leaves out what only the router’s own providers may say', () => {
    deepEqual(
      fromOutside(
        { authid: 'joe', _expressway_login: 'x', _expressway_proof: {}, _thruway_authextra: {} },
        new Set(['sales']),
      ),
      { authid: 'joe', _thruway_authextra: {} },
    );
  });

  it('adds authenticated_user to the roles, if that may be granted', () => {
    deepEqual(fromOutside({ authrole: 'sales' }, grantable), {
      authrole: 'sales',
      authroles: ['authenticated_user'],
    });
    deepEqual(fromOutside({ authroles: ['sales'] }, grantable)['authroles'], [
      'sales',
      'authenticated_user',
    ]);
    deepEqual(fromOutside({ authroles: 'sales' }, grantable)['authroles'], [
      'sales',
      'authenticated_user',
    ]);
    deepEqual(fromOutside({ authroles: ['sales'] }, new Set(['sales']))['authroles'], ['sales']);
  });
});
