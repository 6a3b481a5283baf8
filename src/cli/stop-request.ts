import type { ProcessEvents } from './command-environment.js';

/** Why the process shall end: somebody wants it to, or a defect left it in a state that nobody knows. */
export type StopRequest =
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'defect'; readonly cause: unknown };

/** Waits for the first reason to end; `onsecond` hears of each one after it, when somebody has lost patience. */
export function awaitStopRequest(
  events: ProcessEvents,
  onsecond: (request: StopRequest) => void,
): Promise<StopRequest> {
  return new Promise((resolve) => {
    let isFirst = true;
    const request = (stop: StopRequest): void => {
      if (!isFirst) onsecond(stop);
      isFirst = false;
      resolve(stop);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      events.on(signal, () => {
        request({ kind: 'signal', signal });
      });
    }
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      events.on(event, (cause: unknown) => {
        request({ kind: 'defect', cause });
      });
    }
  });
}
