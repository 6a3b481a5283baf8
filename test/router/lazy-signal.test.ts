import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LazySignal } from '../../src/router/lazy-signal.js';

describe('LazySignal', () => {
  it('is aborted with its reason for those who asked before', () => {
    const lazy = new LazySignal();
    const { signal } = lazy;
    assert.equal(signal.aborted, false);
    lazy.abort(() => new Error('gone'));
    assert.equal(signal.aborted, true);
    assert.deepEqual(signal.reason, new Error('gone'));
  });

  it('is aborted from the beginning for those who ask later', () => {
    const lazy = new LazySignal();
    lazy.abort(() => new Error('gone'));
    assert.equal(lazy.signal.aborted, true);
    assert.deepEqual(lazy.signal.reason, new Error('gone'));
  });

  it('keeps its first reason', () => {
    const lazy = new LazySignal();
    lazy.abort(() => new Error('first'));
    lazy.abort(() => new Error('second'));
    assert.deepEqual(lazy.signal.reason, new Error('first'));
  });

  it('is one signal for all who ask', () => {
    const lazy = new LazySignal();
    assert.equal(lazy.signal, lazy.signal);
  });
});
