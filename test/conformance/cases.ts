import { authenticationCases, authorizationCases } from './authentication.js';
import { cancelingCases } from './canceling.js';
import { batchingCases } from './batching.js';
import { binarySerializationCases } from './binary-serialization.js';
import type { ConformanceCase } from './conformance-case.js';
import { disclosureCases, policyCases } from './disclosure.js';
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
import { eventHistoryCases } from './event-history.js';
import { patternRegistrationCases } from './pattern-registrations.js';
import { patternSubscriptionCases } from './pattern-subscriptions.js';
import { progressiveInvocationCases } from './progressive-invocations.js';
import { progressiveResultCases } from './progressive-results.js';
import { reroutingCases } from './rerouting.js';
import { retentionCases } from './retention.js';
import { sharedRegistrationCases } from './shared-registrations.js';
import { testamentCases } from './testaments.js';
import { timeoutCases } from './timeouts.js';
import { attachmentMetaCases } from './attachment-meta.js';
import { metaOrderCases } from './meta-order.js';
import { payloadPassthruCases } from './payload-passthru.js';
import { revocationCases } from './revocation.js';
import { sessionMetaCases } from './session-meta.js';

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
  ...policyCases,
  ...authenticationCases,
  ...authorizationCases,
  ...batchingCases,
  ...binarySerializationCases,
  ...payloadAbuseCases,
  ...rawSocketCases,
  ...longPollCases,
  ...eventHistoryCases,
  ...patternRegistrationCases,
  ...patternSubscriptionCases,
  ...progressiveInvocationCases,
  ...progressiveResultCases,
  ...reroutingCases,
  ...retentionCases,
  ...sharedRegistrationCases,
  ...testamentCases,
  ...timeoutCases,
  ...sessionMetaCases,
  ...revocationCases,
  ...payloadPassthruCases,
  ...metaOrderCases,
  ...attachmentMetaCases,
];
