import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoredEvent } from '../../../src/router/broker/event-store.js';
import { MemoryEventStore } from '../../../src/router/broker/memory-event-store.js';
import { newPublicationId } from '../../../src/router/protocol/id.js';
import { NO_DETAILS } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';

const eventOf = (value: unknown, timestamp = Date.now() * 1000): StoredEvent => ({
  publication: newPublicationId(),
  topic: 'a.b',
  timestamp,
  details: NO_DETAILS,
  payload: Payload.of(jsonFormat, [value]),
  audience: undefined,
});

describe('MemoryEventStore', () => {
  it('keeps the latest, as many as it may', () => {
    const store = new MemoryEventStore({ events: 3 });
    const events = Array.from({ length: 20 }, (_, index) => eventOf(index));
    events.forEach((event, index) => {
      store.append(event);
      deepEqual(store.read(), events.slice(Math.max(0, index - 2), index + 1));
    });
  });

  it('keeps to its bytes', () => {
    const each = 'a.b'.length + '["x"]'.length;
    const store = new MemoryEventStore({ events: 9, bytes: each * 2 });
    const events = ['x', 'y', 'z'].map((value) => eventOf(value));
    for (const event of events) store.append(event);
    deepEqual(store.read(), events.slice(1));
    store.append(eventOf('x'.repeat(each * 2)));
    deepEqual(store.read(), []);
  });

  it('forgets what is too old', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 10_000 });
    const store = new MemoryEventStore({ events: 9, maxAgeMs: 100 });
    const [early, late] = [eventOf(1), eventOf(2, 10_050_000)];
    store.append(early);
    store.append(late);
    t.mock.timers.tick(100);
    deepEqual(store.read(), [early, late]);
    t.mock.timers.tick(1);
    deepEqual(store.read(), [late]);
  });
});
