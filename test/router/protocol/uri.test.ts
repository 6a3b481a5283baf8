import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isReservedUri, isUri } from '../../../src/router/protocol/uri.js';

describe('isUri', () => {
  // WAMP 2.1.1, loose rule; URI-9, URI-10
  for (const uri of ['a', 'com.example.topic', 'com.MyApp', 'a-b/*', 'größe.日本.🎈', 'A.a', '_']) {
    it(`accepts ${uri}`, () => {
      equal(isUri(uri), true);
    });
  }

  // URI-1, URI-8, URI-16
  const refused = ['', '.', '.a', 'a.', 'a..b', 'a b', 'a#b', 'a\n', '\ufeffa', 'a\u00a0b', 'a\tb'];
  const deceptive = [
    'a\u0000',
    'a\u007f',
    'a\u0085',
    'a\u200b',
    'a\u202e',
    'a\u2066',
    'a\u2028',
    'a\u061c',
    'a\ud800',
  ];
  for (const uri of [...refused, ...deceptive]) {
    it(`refuses ${JSON.stringify(uri)}`, () => {
      equal(isUri(uri), false);
    });
  }

  it('takes 255 bytes and refuses 256', () => {
    equal(isUri('a'.repeat(255)), true);
    equal(isUri('a'.repeat(256)), false);
  });

  it('counts bytes of UTF-8, not characters', () => {
    equal(isUri('é'.repeat(127)), true);
    equal(isUri('é'.repeat(128)), false);
  });

  it('takes 32 components and refuses 33', () => {
    equal(isUri(Array(32).fill('a').join('.')), true);
    equal(isUri(Array(33).fill('a').join('.')), false);
  });

  it('keeps to the limits that it is given', () => {
    equal(isUri('a.b', { length: 3, components: 2 }), true);
    equal(isUri('a.bc', { length: 3, components: 2 }), false);
    equal(isUri('a.b.c', { length: 9, components: 2 }), false);
  });

  it('agrees with the loose rule of the specification on random text of its special characters', () => {
    const loose = /^([^\s.#]+\.)*([^\s.#]+)$/;
    const text = fc.string({ unit: fc.constantFrom('a', '.', '#', ' ', 'é', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(text, (uri) => {
        equal(isUri(uri), loose.test(uri));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('isReservedUri', () => {
  // URI-11, URI-12
  for (const [uri, isReserved] of [
    ['wamp.session.on_join', true],
    ['expressway.auth', true],
    ['wamp', false],
    ['wampx.a', false],
    ['com.wamp.a', false],
    ['WAMP.a', false],
  ] as const) {
    it(`says ${isReserved} of ${uri}`, () => {
      equal(isReservedUri(uri), isReserved);
    });
  }
});
