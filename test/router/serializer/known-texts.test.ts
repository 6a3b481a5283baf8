import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KnownTexts } from '../../../src/router/serializer/known-texts.js';

const TEXTS = ['', 'com.example.status', 'com.example.statut', 'com.éxample.状態', 'x'.repeat(64)];

describe('KnownTexts', () => {
  it('reads what stands in the bytes, the first time and again', () => {
    const texts = new KnownTexts();
    for (const text of [...TEXTS, 'y'.repeat(200), ...TEXTS]) {
      const bytes = Buffer.from(`--${text}--`);
      assert.equal(texts.read(bytes, 2, bytes.length - 2), text);
    }
  });

  it('keeps nothing of the bytes that it was given', () => {
    const texts = new KnownTexts();
    const bytes = Buffer.from('com.example.one');
    assert.equal(texts.read(bytes, 0, bytes.length), 'com.example.one');
    bytes.write('two', bytes.length - 3);
    assert.equal(texts.read(bytes, 0, bytes.length), 'com.example.two');
    assert.equal(texts.read(Buffer.from('com.example.one'), 0, bytes.length), 'com.example.one');
  });

  it('tells apart more texts than it keeps', () => {
    const texts = new KnownTexts();
    for (let round = 0; round < 2; round += 1) {
      for (let topic = 0; topic < 20_000; topic += 1) {
        const bytes = Buffer.from(`com.example.topic.${topic}`);
        assert.equal(texts.read(bytes, 0, bytes.length), bytes.toString());
      }
    }
  });
});
