import { newSessionId } from '../protocol/id.js';
import { UNLIMITED_SESSION } from '../session-limits.js';
import { Session } from '../session.js';
import type { Transport } from '../transport/transport.js';

/** A session of the realm itself. It never joins: no list has it, and nobody hears of it. */
export const hiddenSession = (transport: Transport): Session =>
  new Session({
    id: newSessionId(),
    principal: {
      authid: 'router',
      authrole: 'router',
      authmethod: 'internal',
      authprovider: 'router',
    },
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
