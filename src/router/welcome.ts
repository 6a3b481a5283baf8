import { BROKER_FEATURES } from './broker/broker.js';
import { DEALER_FEATURES } from './dealer/dealer.js';
import { META_FEATURES } from './meta/realm-meta.js';
import { MessageType, type Dict } from './protocol/message.js';
import type { Session } from './session.js';

const AGENT = 'Expressway';
/** Frozen, as serializers write it once for all. */
const ROLES: Dict = Object.freeze({
  broker: Object.freeze({
    features: Object.freeze({ ...BROKER_FEATURES, ...META_FEATURES.broker }),
  }),
  dealer: Object.freeze({
    features: Object.freeze({ ...DEALER_FEATURES, ...META_FEATURES.dealer }),
  }),
});

const REST: Dict = { agent: AGENT, roles: ROLES };

/** Sends a WELCOME, with less in it where the client takes short messages only; false when that is too long too (WAMP 4.1, 15.1). */
export function sendWelcome(session: Session, realm: string): boolean {
  const { authid, authrole, authmethod, authprovider, authextra, details } = session.principal;
  const type = MessageType.Welcome;
  const identity = { authid, authrole, authmethod, authprovider };
  const welcome = Object.assign({}, details, { realm }, identity);
  const rest = authextra === undefined ? REST : { authextra, ...REST };
  if (session.send({ type, session: session.id, details: Object.assign(welcome, rest) }))
    return true;
  const roles = { broker: {}, dealer: {} };
  return session.send({ type, session: session.id, details: { realm, ...identity, roles } });
}
