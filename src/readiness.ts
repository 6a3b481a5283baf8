/** Says what is missing for people to be let in, in words for the operator; nothing when all is there. */
export type ReadinessCheck = () => readonly string[] | Promise<readonly string[]>;

/** Whether an application can do its work now. */
export interface Readiness {
  readonly isReady: boolean;
  /** What is missing, for the operator; empty when it is ready. */
  readonly reasons: readonly string[];
}

/** What several checks say together; one that fails is a reason too. */
export async function readinessOf(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const answers = await Promise.allSettled(checks.map(async (check) => check()));
  const reasons = answers.flatMap((answer) =>
    answer.status === 'fulfilled' ? answer.value : ['a check has failed'],
  );
  return { isReady: reasons.length === 0, reasons };
}
