import type { Transport } from '../../src/router/transport/transport.js';
import type { MessageQueue } from './message-queue.js';

/** Opens a transport and has each thing that it tells of put into `events`, a line each. */
export function recordEvents(transport: Transport, events: MessageQueue<string>): void {
  transport.open({
    onmessage: (message) => {
      events.push(`message ${'request' in message ? message.request : ''}`);
    },
    onviolation: ({ message }, code) => {
      events.push(`violation ${code} ${message}`);
    },
    onclose: (code) => {
      events.push(`close ${code}`);
    },
  });
}
