import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { selectSerializer } from '../../../src/router/serializer/select-serializer.js';

describe('selectSerializer', () => {
  const json = jsonSerializer();
  const other = { ...json, subprotocol: 'wamp.2.other' };

  // WS-4
  it('follows the order of the client, not that of the server', () => {
    equal(selectSerializer(['wamp.2.other', 'wamp.2.json'], [json, other]), other);
  });

  it('passes over what it does not speak', () => {
    equal(selectSerializer(['x.unknown', 'wamp.2.json'], [json, other]), json);
  });

  // WS-5
  for (const offered of [[], ['x.unknown'], ['WAMP.2.JSON'], ['wamp.2.json.batched'], ['']]) {
    it(`gives nothing for ${JSON.stringify(offered)}`, () => {
      equal(selectSerializer(offered, [json, other]), undefined);
    });
  }
});
