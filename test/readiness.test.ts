import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readinessOf } from '../src/readiness.js';

describe('readinessOf', () => {
  it('is ready when no check has anything to say', async () => {
    deepEqual(await readinessOf([() => [], () => Promise.resolve([])]), {
      isReady: true,
      reasons: [],
    });
  });

  it('tells the reasons of all checks in their order, a failed one among them, without its words', async () => {
    const checks = [
      () => ['one'],
      () => Promise.reject(new Error('canary')),
      () => {
        throw new Error('canary');
      },
      () => ['two'],
    ];
    deepEqual(await readinessOf(checks), {
      isReady: false,
      reasons: ['one', 'a check has failed', 'a check has failed', 'two'],
    });
  });
});
