/** The four client roles, each announcing these features. */
export const rolesWith = (...features: readonly string[]): Readonly<Record<string, unknown>> => {
  const announced = { features: Object.fromEntries(features.map((feature) => [feature, true])) };
  return { publisher: announced, subscriber: announced, caller: announced, callee: announced };
};
