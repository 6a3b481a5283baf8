import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation, Uri, WampError } from '../../../src/router/protocol/errors.js';
import { isUri } from '../../../src/router/protocol/uri.js';

describe('WampError', () => {
  it('carries the URI, args and kwargs', () => {
    const { uri, args, kwargs, code, name } = new WampError('a.b', [1], { c: 2 });
    deepEqual(
      { uri, args, kwargs, code, name },
      { uri: 'a.b', args: [1], kwargs: { c: 2 }, code: 'ERR_WAMP', name: 'WampError' },
    );
  });

  it('has its first argument in its message when that is a string', () => {
    equal(new WampError('a.b', ['why']).message, 'a.b: why');
    equal(new WampError('a.b', [7]).message, 'a.b');
    equal(new WampError('a.b').message, 'a.b');
  });
});

describe('ProtocolViolation', () => {
  it('has a code and keeps its cause', () => {
    const cause = new Error('deeper');
    const violation = new ProtocolViolation('why', { cause });
    deepEqual(
      [violation.code, violation.name, violation.message, violation.cause],
      ['ERR_PROTOCOL_VIOLATION', 'ProtocolViolation', 'why', cause],
    );
  });
});

describe('Uri', () => {
  for (const uri of Object.values(Uri)) {
    it(`${uri} is a URI`, () => {
      equal(isUri(uri), true);
    });
  }
});
