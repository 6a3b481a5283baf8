import type { Dict, Register } from '../protocol/message.js';

/**
 * A REGISTER in the words of WAMP and ours: Thruway's policy is the least busy callee that has no call, and the calls that find none wait.
 * `thruway_multiregister` asks for it where `invoke` says nothing.
 */
export function inOwnWords(message: Register): Register {
  const { invoke, thruway_multiregister: isShared } = message.options;
  const isThruways = invoke === '_thruway' || (invoke === undefined && isShared === true);
  if (!isThruways) return message;
  const options: Dict = { ...message.options, invoke: 'least_busy', concurrency: 1 };
  return { ...message, options };
}
