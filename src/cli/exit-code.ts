/** What the process tells its caller. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  /** Wrong arguments or a wrong configuration: trying again without a change is of no use. */
  usage: 2,
} as const;

/** One of {@link ExitCode}'s numbers. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
