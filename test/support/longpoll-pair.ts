import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { jsonSerializer } from '../../src/router/serializer/json-serializer.js';
import {
  LongPollListener,
  type LongPollListenerOptions,
} from '../../src/router/transport/longpoll/longpoll-listener.js';
import type { Transport } from '../../src/router/transport/transport.js';
import { listen } from './http.js';
import { MessageQueue } from './message-queue.js';

/** A listening LongPollListener. */
export interface LongPollUnderTest {
  readonly listener: LongPollListener;
  /** The base URL, `http://127.0.0.1:PORT/lp`. */
  readonly url: string;
  /** The transports that came, one after the other. */
  readonly transports: MessageQueue<Transport>;
}

/** Serves long-poll at `/lp` on a free port, and 418 elsewhere; all ends with the test. */
export async function serveLongPoll(
  t: TestContext,
  options: Partial<LongPollListenerOptions> = {},
): Promise<LongPollUnderTest> {
  const transports = new MessageQueue<Transport>();
  const opened: Transport[] = [];
  const listener = new LongPollListener({
    name: 'public',
    path: '/lp',
    serializers: [jsonSerializer()],
    guards: [],
    onconnection: (transport) => {
      opened.push(transport);
      transports.push(transport);
    },
    ...options,
  });
  const server = createServer((request, response) => {
    if (!listener.handle(request, response)) response.writeHead(418).end();
  });
  const url = await listen(t, server);
  t.after(() => {
    listener.close();
    for (const transport of opened) transport.close(1000, 'the test is over');
  });
  return { listener, url: `${url}/lp`, transports };
}
