import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Inbox, MESSAGES_PER_TURN, SENDS_PER_TURN } from '../../src/router/inbox.js';
import { toRequestId } from '../../src/router/protocol/id.js';
import { MessageType, type RoutedMessage } from '../../src/router/protocol/message.js';
import { countSent } from '../../src/router/transport/turns/turn.js';
import { UNLIMITED_SESSION, type SessionLimits } from '../../src/router/session-limits.js';
import { recordingTransport, type RecordingTransport } from '../support/recording-session.js';

const message = (request: number): RoutedMessage => ({
  type: MessageType.Cancel,
  request: toRequestId(request),
  options: {},
});

interface InboxUnderTest {
  readonly inbox: Inbox;
  readonly transport: RecordingTransport;
  /** The request ids of what was routed. */
  readonly routed: number[];
  readonly floods: () => number;
  readonly deliver: (...requests: number[]) => void;
  /** Lets time go by, on both clocks. */
  readonly pass: (ms: number) => void;
}

function createInbox(t: TestContext, limits: Partial<SessionLimits> = {}): InboxUnderTest {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const transport = recordingTransport();
  const routed: number[] = [];
  let floods = 0;
  const inbox = new Inbox({
    transport,
    limits: { ...UNLIMITED_SESSION, ...limits },
    receive: (received) => {
      if ('request' in received) routed.push(received.request);
    },
    onflood: () => {
      floods += 1;
      inbox.close();
    },
  });
  return {
    inbox,
    transport,
    routed,
    floods: () => floods,
    deliver: (...requests) => {
      for (const request of requests) inbox.deliver(message(request));
    },
    pass: (ms) => {
      for (let step = 0; step < ms; step += 1) {
        now += 1;
        t.mock.timers.tick(1);
      }
    },
  };
}

describe('Inbox', () => {
  it('routes a message at once', (t) => {
    const { deliver, routed, transport } = createInbox(t);
    deliver(1, 2);
    deepEqual(routed, [1, 2]);
    deepEqual(transport.done, []);
  });

  // ORD-5
  it('holds messages back in their order while it is held, and stops reading', (t) => {
    const { inbox, deliver, routed, transport } = createInbox(t);
    inbox.hold();
    deliver(1, 2);
    deepEqual(routed, []);
    deepEqual(transport.done, ['pause']);
    inbox.release();
    deliver(3);
    deepEqual(routed, [1, 2, 3]);
    deepEqual(transport.done, ['pause', 'resume']);
  });

  it('keeps what is left when a message that it lets go holds it again', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const routed: number[] = [];
    const inbox = new Inbox({
      transport: recordingTransport(),
      limits: UNLIMITED_SESSION,
      receive: (received) => {
        if ('request' in received) routed.push(received.request);
        inbox.hold();
      },
      onflood: () => undefined,
    });
    for (const request of [1, 2, 3]) inbox.deliver(message(request));
    deepEqual(routed, [1]);
    inbox.release();
    deepEqual(routed, [1, 2]);
    inbox.release();
    inbox.release();
    deepEqual(routed, [1, 2, 3]);
  });

  // A registration that had to be authorized may have to wait once more.
  it('lets nothing go before each of several holds is released', (t) => {
    const { inbox, deliver, routed, transport } = createInbox(t);
    inbox.hold();
    inbox.hold();
    deliver(1);
    inbox.release();
    deepEqual(routed, []);
    inbox.release();
    inbox.release();
    deepEqual(routed, [1]);
    deepEqual(transport.done, ['pause', 'resume']);
  });

  it('drops what waits when it is closed, and takes nothing more', (t) => {
    const { inbox, deliver, routed } = createInbox(t);
    inbox.hold();
    deliver(1);
    inbox.close();
    inbox.release();
    deliver(2);
    deepEqual(routed, []);
  });

  // The transport outlives the session: an answer to our GOODBYE or another HELLO must still be read from it.
  it('has the transport read again when it is closed', (t) => {
    const { inbox, transport } = createInbox(t);
    inbox.hold();
    inbox.close();
    deepEqual(transport.done, ['pause', 'resume']);
  });
});

describe('the rate of an inbox', () => {
  const limits = { messagesPerSecond: 100, burst: 3, floodMs: 1000 };

  it('lets the burst through at once, and reads no more when it is over', (t) => {
    const { deliver, routed, transport } = createInbox(t, limits);
    deliver(1, 2, 3);
    deepEqual(transport.done, []);
    deliver(4);
    deepEqual(routed, [1, 2, 3]);
    deepEqual(transport.done, ['pause']);
  });

  it('goes on at the rate, in order, and reads again when nothing waits', (t) => {
    const { deliver, routed, transport, pass } = createInbox(t, limits);
    deliver(1, 2, 3, 4, 5);
    pass(9);
    deepEqual(routed, [1, 2, 3]);
    pass(1);
    deepEqual(routed, [1, 2, 3, 4]);
    pass(10);
    deepEqual(routed, [1, 2, 3, 4, 5]);
    equal(transport.done.at(-1), 'resume');
  });

  it('earns the burst again, but no more, in a quiet time', (t) => {
    const { deliver, routed, pass } = createInbox(t, limits);
    deliver(1, 2, 3);
    pass(10_000);
    deliver(4, 5, 6, 7);
    deepEqual(routed, [1, 2, 3, 4, 5, 6]);
  });

  it('waits no shorter than 10 ms however high the rate, and then lets many go', (t) => {
    const { deliver, routed, pass } = createInbox(t, { ...limits, messagesPerSecond: 1000 });
    deliver(1, 2, 3, 4, 5, 6);
    pass(9);
    deepEqual(routed, [1, 2, 3]);
    pass(1);
    deepEqual(routed, [1, 2, 3, 4, 5, 6]);
  });

  it('stays behind a hold that comes while it waits', (t) => {
    const { inbox, deliver, routed, transport, pass } = createInbox(t, limits);
    deliver(1, 2, 3, 4);
    inbox.hold();
    pass(50);
    deepEqual(routed, [1, 2, 3]);
    equal(transport.done.includes('resume'), false);
    inbox.release();
    deepEqual(routed, [1, 2, 3, 4]);
    equal(transport.done.at(-1), 'resume');
  });

  it('reports a flood after floodMs of exceeding the rate, and not before', (t) => {
    const { deliver, floods, pass } = createInbox(t, limits);
    let request = 0;
    const flood = (ms: number): void => {
      for (let passed = 0; passed < ms; passed += 10) {
        for (let each = 0; each < 5; each += 1) deliver((request += 1));
        pass(10);
      }
    };
    flood(1000);
    equal(floods(), 0);
    flood(50);
    equal(floods(), 1);
  });

  it('forgives a flood after a second in order', (t) => {
    const { deliver, floods, pass } = createInbox(t, limits);
    let request = 0;
    for (let round = 0; round < 3; round += 1) {
      for (let passed = 0; passed < 400; passed += 10) {
        deliver((request += 1), (request += 1));
        pass(10);
      }
      pass(3000);
    }
    equal(floods(), 0);
  });

  it('lets no timer go on when it is closed', (t) => {
    const { inbox, deliver, routed, pass } = createInbox(t, limits);
    deliver(1, 2, 3, 4);
    inbox.close();
    pass(100);
    deepEqual(routed, [1, 2, 3]);
  });
});

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('the share of a turn that an inbox has', () => {
  it('is 256 messages; the rest comes in the turns that follow, and then the transport is read', async (t) => {
    const { deliver, routed, transport } = createInbox(t);
    deliver(...numbers(600));
    equal(routed.length, MESSAGES_PER_TURN);
    deepEqual(transport.done, ['pause']);
    await endOfTurn();
    equal(routed.length, 2 * MESSAGES_PER_TURN);
    equal(transport.done.includes('resume'), false);
    await endOfTurn();
    deepEqual(routed, numbers(600));
    equal(transport.done.at(-1), 'resume');
  });

  it('is over when what was routed has made 16,384 messages for others', async (t) => {
    const routed: number[] = [];
    const inbox = new Inbox({
      transport: recordingTransport(),
      limits: UNLIMITED_SESSION,
      receive: (received) => {
        if ('request' in received) routed.push(received.request);
        for (let sent = 0; sent < SENDS_PER_TURN / 2; sent += 1) countSent();
      },
      onflood: () => undefined,
    });
    t.after(() => {
      inbox.close();
    });
    for (const request of numbers(5)) inbox.deliver(message(request));
    deepEqual(routed, [1, 2]);
    await endOfTurn();
    deepEqual(routed, [1, 2, 3, 4]);
    await endOfTurn();
    deepEqual(routed, [1, 2, 3, 4, 5]);
  });

  it('does not let what comes meanwhile overtake what waits', async (t) => {
    const { deliver, routed } = createInbox(t);
    deliver(...numbers(MESSAGES_PER_TURN + 1));
    deliver(MESSAGES_PER_TURN + 2);
    await endOfTurn();
    deepEqual(routed, numbers(MESSAGES_PER_TURN + 2));
  });

  it('lets nothing go at the turn’s end when it is held by then', async (t) => {
    const { inbox, deliver, routed, transport } = createInbox(t);
    deliver(...numbers(MESSAGES_PER_TURN + 1));
    inbox.hold();
    await endOfTurn();
    equal(routed.length, MESSAGES_PER_TURN);
    equal(transport.done.includes('resume'), false);
    inbox.release();
    equal(routed.length, MESSAGES_PER_TURN + 1);
    equal(transport.done.at(-1), 'resume');
  });

  it('routes what came before the transport’s end, and then says so', async (t) => {
    const { inbox, deliver, routed } = createInbox(t);
    let finished = 0;
    const note = (): void => {
      finished = routed.length;
    };
    deliver(...numbers(600));
    inbox.finish(note);
    await endOfTurn();
    equal(finished, 0);
    await endOfTurn();
    equal(finished, 600);
    finished = 0;
    inbox.finish(note);
    equal(finished, 600);
  });

  it('does not wait at the transport’s end for what may not be routed yet', async (t) => {
    const { inbox, deliver, routed } = createInbox(t);
    let finished = 0;
    deliver(...numbers(600));
    inbox.finish(() => {
      finished += 1;
    });
    inbox.hold();
    await endOfTurn();
    equal(finished, 1);
    equal(routed.length, MESSAGES_PER_TURN);
  });

  it('is closed, and says so, when it is closed at the transport’s end', async (t) => {
    const { inbox, deliver, routed, transport } = createInbox(t);
    let finished = 0;
    deliver(...numbers(600));
    inbox.finish(() => {
      finished += 1;
    });
    inbox.close();
    equal(finished, 0);
    await endOfTurn();
    equal(finished, 1);
    equal(routed.length, MESSAGES_PER_TURN);
    deepEqual(transport.done, ['pause', 'resume']);
  });
});
