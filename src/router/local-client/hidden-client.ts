import { MessageType, type ClientMessage, type RoutedMessage } from '../protocol/message.js';
import type { Session } from '../session.js';
import { hiddenSession } from './hidden-session.js';
import type { LocalClient } from './local-client.js';
import { openLocalClient } from './open-local-client.js';

/** A client by which a realm itself calls its sessions' procedures, in a {@link hiddenSession}. */
export const connectHiddenClient = (
  receive: (session: Session, message: RoutedMessage) => void,
): LocalClient =>
  openLocalClient((transport) => {
    const session = hiddenSession(transport);
    transport.open({
      onmessage: (message) => {
        if (isRouted(message)) receive(session, message);
      },
      onviolation: () => undefined,
      onclose: () => undefined,
    });
    return session.id;
  });

const isRouted = (message: ClientMessage): message is RoutedMessage =>
  message.type !== MessageType.Hello && message.type !== MessageType.Authenticate;
