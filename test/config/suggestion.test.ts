import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { suggestion } from '../../src/config/suggestion.js';

describe('suggestion', () => {
  const known = ['host', 'port', 'ws_path', 'allowed_origins'];

  it('finds the key with one letter wrong, missing, doubled or swapped', () => {
    for (const word of ['pord', 'por', 'portt', 'prot']) equal(suggestion(word, known), 'port');
  });

  it('allows more slips in a longer key', () => {
    equal(suggestion('alowed_origin', known), 'allowed_origins');
  });

  it('suggests nothing for what is far from all keys', () => {
    equal(suggestion('colour', known), undefined);
  });

  it('prefers the nearest', () => {
    equal(suggestion('pong', ['ping', 'pong', 'wong']), 'pong');
  });
});
