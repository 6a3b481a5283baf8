import type { SessionId } from '../protocol/id.js';
import { connectMemoryTransport } from '../transport/memory-transport.js';
import type { Transport } from '../transport/transport.js';
import { LocalClient } from './local-client.js';

/** Makes a client at one end of a memory transport; `join` gives the other end a session. */
export function openLocalClient(join: (transport: Transport) => SessionId): LocalClient {
  const [transport, peer] = connectMemoryTransport({
    onmessage: (message) => {
      client.onmessage(message);
    },
    onclose: (_code, reason) => {
      client.onclose(reason);
    },
  });
  const session = join(transport);
  const client = new LocalClient({ session, send: peer.send, close: peer.close });
  return client;
}
