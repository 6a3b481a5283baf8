/** A value that is there, or will be: most authorizers answer at once, and what need not wait shall not wait. */
export type Eventually<Value> = Value | Promise<Value>;

/** Goes on with a value: at once when it is there. */
export const eventually = <Value, Result>(
  value: Eventually<Value>,
  then: (value: Value) => Eventually<Result>,
): Eventually<Result> => (value instanceof Promise ? value.then(then) : then(value));

/** All of several values: at once when all are there. */
export function allOf<Value>(values: readonly Eventually<Value>[]): Eventually<readonly Value[]> {
  const present: Value[] = [];
  for (const value of values) {
    if (value instanceof Promise) return Promise.all(values);
    present.push(value);
  }
  return present;
}
