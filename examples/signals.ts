const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves with the name of the first signal that asks the process to end. Later ones are ignored: Ctrl-C under npm arrives
 * twice, from the terminal and from npm, and every shutdown here is bounded.
 */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        resolve(signal);
      });
    }
  });
}
