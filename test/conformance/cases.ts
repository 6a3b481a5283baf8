import { authenticationCases, authorizationCases } from './authentication.js';
import { cancelingCases } from './canceling.js';
import { batchingCases } from './batching.js';
import { binarySerializationCases } from './binary-serialization.js';
import type { ConformanceCase } from './conformance-case.js';
import { disclosureCases } from './disclosure.js';
import { eligibilityCases } from './eligibility.js';
import { idCases } from './ids.js';
import { messageFormatCases } from './message-format.js';
import { longPollCases } from './longpoll.js';
import { payloadAbuseCases } from './payload-abuse.js';
import { rawSocketCases } from './rawsocket.js';
import { orderingCases } from './ordering.js';
import { pubsubCases } from './pubsub.js';
import { rpcCases } from './rpc.js';
import { serializationCases } from './serialization.js';
import { sessionClosingCases, sessionOpeningCases } from './session.js';
import { transportCases } from './transport.js';
import { uriCases } from './uris.js';
import { violationCases } from './violations.js';

/** Every case of the suite. */
export const CASES: readonly ConformanceCase[] = [
  ...transportCases,
  ...serializationCases,
  ...messageFormatCases,
  ...idCases,
  ...uriCases,
  ...sessionOpeningCases,
  ...sessionClosingCases,
  ...violationCases,
  ...orderingCases,
  ...pubsubCases,
  ...rpcCases,
  ...cancelingCases,
  ...eligibilityCases,
  ...disclosureCases,
  ...authenticationCases,
  ...authorizationCases,
  ...batchingCases,
  ...binarySerializationCases,
  ...payloadAbuseCases,
  ...rawSocketCases,
  ...longPollCases,
];
