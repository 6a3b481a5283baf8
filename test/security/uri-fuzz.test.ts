// W8, against the started application: URIs that nobody has thought of.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { runs } from '../support/fuzz.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';

const ODD = ['', ' ', '#', '\0', '\n', '\x7f', '\u0085', '\u00a0', '\u200b', '\u202e', '\ufeff'];
const NAMES = ['__proto__', 'constructor', 'toString', 'a', 'é', '漢', '😀', '*', '/', '<b>', '..'];

/** A part of a URI: plain, odd, or any text at all. */
const component = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(120), 'é'.repeat(60)) },
);

const uri = fc
  .tuple(
    fc.constantFrom('com.example', 'wamp', 'expressway', 'org', '', 'com.example.wamp'),
    fc.array(component, { maxLength: 36, size: 'max' }),
  )
  .map(([head, rest]) => [head, ...rest].join('.'));

/** The rule of WAMP 2.1.1 and our bounds, in other words than the router has them. */
function isGood(text: string): boolean {
  const parts = text.split('.');
  return (
    Buffer.byteLength(text) <= 255 &&
    parts.length <= 32 &&
    parts.every((part) => part !== '' && !/[\s#\p{Cc}\p{Cs}]/u.test(part)) &&
    !/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.test(text)
  );
}

/** What an admin of the development configuration hears: it may do all with `com.example.`, and call and subscribe to `wamp.`. */
function answerFor(text: string): string {
  if (!isGood(text) || /^(?:wamp|expressway)\./u.test(text)) return 'wamp.error.invalid_uri';
  return text.startsWith('com.example.') ? 'done' : 'wamp.error.not_authorized';
}

describe('W8: URIs of any text', () => {
  it('are published to and registered where they are URIs and not reserved, and nothing else is', async (t) => {
    const application = await startTestApplication(t);
    const { client } = await joinWithToken(t, webSocketUrl(application), makeToken());
    let request = 0;
    const property = fc.asyncProperty(uri, fc.constantFrom(16, 64), async (text, code) => {
      request += 1;
      client.send([code, request, code === 16 ? { acknowledge: true } : {}, text]);
      const [type, ...rest] = await client.receive();
      deepEqual(type === 8 ? rest[3] : 'done', answerFor(text));
      if (type !== 65) return;
      request += 1;
      client.send([66, request, rest[1]]);
      equal((await client.receive())[0], 67);
    });
    await fc.assert(property, runs(1000));
    equal(Reflect.get({}, 'polluted'), undefined);
  });
});
