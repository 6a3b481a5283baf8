import { BROKER_FEATURES } from './broker/broker.js';
import { DEALER_FEATURES } from './dealer/dealer.js';
import { META_FEATURES } from './meta/realm-meta.js';
import { MessageType, type Dict } from './protocol/message.js';
import type { Session } from './session.js';

const AGENT = 'Expressway';
const ROLES: Dict = {
  broker: { features: { ...BROKER_FEATURES, ...META_FEATURES.broker } },
  dealer: { features: { ...DEALER_FEATURES, ...META_FEATURES.dealer } },
};

/** Sends a WELCOME, with less in it where the client takes short messages only; false when that is too long too (WAMP 4.1, 15.1). */
export function sendWelcome(session: Session, realm: string): boolean {
  const { authid, authrole, authmethod, authprovider, authextra, details } = session.principal;
  const type = MessageType.Welcome;
  const identity = { authid, authrole, authmethod, authprovider };
  const isSent = session.send({
    type,
    session: session.id,
    details: {
      ...details,
      realm,
      ...identity,
      ...(authextra && { authextra }),
      agent: AGENT,
      roles: ROLES,
    },
  });
  if (isSent) return true;
  const roles = { broker: {}, dealer: {} };
  return session.send({ type, session: session.id, details: { realm, ...identity, roles } });
}
