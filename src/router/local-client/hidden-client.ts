import { LocalClient } from './local-client.js';
import { MessageType, type ClientMessage, type RoutedMessage } from '../protocol/message.js';
import { newSessionId } from '../protocol/id.js';
import { UNLIMITED_SESSION } from '../session-limits.js';
import { Session } from '../session.js';
import { connectMemoryTransport } from '../transport/memory-transport.js';

/** The realm's own name in what it calls. */
const ROUTER = {
  authid: 'router',
  authrole: 'router',
  authmethod: 'internal',
  authprovider: 'router',
};

/** A client by which a realm itself calls its sessions' procedures. It never joins: no list has it, and nobody hears of it. */
export function connectHiddenClient(
  receive: (session: Session, message: RoutedMessage) => void,
): LocalClient {
  const [transport, peer] = connectMemoryTransport({
    onmessage: (message) => {
      client.onmessage(message);
    },
    onclose: (_code, reason) => {
      client.onclose(reason);
    },
  });
  const session = new Session({
    id: newSessionId(),
    principal: ROUTER,
    transport,
    roles: {},
    limits: UNLIMITED_SESSION,
    requestIds: 'strict',
    isInternal: true,
    receive: () => undefined,
    onviolation: () => undefined,
    ongoodbye: () => undefined,
    onend: () => undefined,
  });
  transport.open({
    onmessage: (message) => {
      if (isRouted(message)) receive(session, message);
    },
    onviolation: () => undefined,
    onclose: () => undefined,
  });
  const client = new LocalClient({ session: session.id, send: peer.send, close: peer.close });
  return client;
}

const isRouted = (message: ClientMessage): message is RoutedMessage =>
  message.type !== MessageType.Hello && message.type !== MessageType.Authenticate;
