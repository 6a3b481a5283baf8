/** What realm1 of our own targets keeps the events of, for the cases on event history. */
export const HISTORY_PREFIX = 'com.example.history.';

/** The topics and patterns behind {@link HISTORY_PREFIX} that `Target.historyPrefix` promises. */
export const HISTORY_RULES = (
  [
    ['topic', 'exact'],
    ['log.auth', 'exact'],
    ['log.basket', 'exact'],
    ['log', 'prefix'],
  ] as const
).map(([name, match]) => ({
  uri: `${HISTORY_PREFIX}${name}`,
  match,
  events: 1_000,
  maxAgeMs: undefined,
}));
