import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkHelloDetails,
  checkOptions,
  isDict,
  optionRules,
} from '../../../src/router/protocol/options.js';

// Every known option and its wrong types are tried in test/compliance/serializer.ts.
describe('isDict', () => {
  it('is true of objects and false of everything else', () => {
    for (const value of [{}, { a: 1 }, Object.create(null)]) equal(isDict(value), true);
    for (const value of [null, undefined, [], 'a', 1, true]) equal(isDict(value), false);
  });
});

describe('checkOptions', () => {
  it('gives the very options back', () => {
    const options = { acknowledge: true, unknown: 1 };
    equal(checkOptions(options, optionRules.publish), options);
  });

  it('says which option is wrong and what it should be', () => {
    for (const [rules, options, message] of [
      [optionRules.publish, { exclude: 'x' }, 'exclude is a list of ids'],
      [optionRules.publish, { eligible_authid: [1] }, 'eligible_authid is a list of strings'],
      [optionRules.subscribe, { match: 'x' }, 'match is one of exact, prefix, wildcard'],
      [optionRules.call, { timeout: -1 }, 'timeout is a number of milliseconds'],
      [optionRules.cancel, { mode: 'x' }, 'mode is one of skip, kill, killnowait'],
      [optionRules.yield, { progress: 0 }, 'progress is a boolean'],
    ] as const) {
      throws(() => checkOptions(options, rules), { name: 'ProtocolViolation', message });
    }
  });
});

describe('checkHelloDetails', () => {
  const roles = { subscriber: { features: { x: true } } };

  // SES-7
  it('takes unknown roles, features and attributes beside a known role', () => {
    const details = { roles: { ...roles, juggler: {} }, whatever: [1], agent: 'me' };
    deepEqual(checkHelloDetails(details), details);
  });

  it('takes null for an absent attribute', () => {
    const details = { roles: { caller: { features: null } }, authid: null, authmethods: null };
    deepEqual(checkHelloDetails(details), { roles: { caller: { features: null } } });
  });

  // SES-6
  for (const wrong of [undefined, {}, { broker: {} }, { toString: {} }]) {
    it(`refuses the roles ${JSON.stringify(wrong)}`, () => {
      throws(() => checkHelloDetails({ roles: wrong }), { name: 'ProtocolViolation' });
    });
  }

  // An inherited name is no announced role.
  it('refuses a role that only the prototype has', () => {
    const inherited: unknown = JSON.parse('{"__proto__":{"caller":{}}}');
    throws(() => checkHelloDetails({ roles: inherited }), { name: 'ProtocolViolation' });
  });
});
