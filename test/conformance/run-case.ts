import { CaseContext } from './case-context.js';
import { unfitFor } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { isDict } from './pattern.js';
import { wireOf } from './target.js';
import type { Facts, Target } from './target.js';
import { ensure, NotOffered } from './transcript.js';

/** How a case ended. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'not offered'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly transcript: readonly string[] };

/** Opens one session to learn what the router announces. Throws ConformanceFailure if there is no way in. */
export async function learnFacts(target: Target): Promise<Facts> {
  const context = new CaseContext({ target, roles: {} });
  try {
    const peer = await context.join('first session');
    const roles = peer.welcome['roles'];
    ensure(
      isDict(roles),
      `WELCOME.Details.roles is no dictionary: ${JSON.stringify(peer.welcome)}`,
    );
    return { target, roles };
  } finally {
    await context.close();
  }
}

/** Runs one case on connections of its own and ends them. Never rejects. */
export async function runCase(conformanceCase: ConformanceCase, facts: Facts): Promise<Outcome> {
  const unfit = unfitFor(conformanceCase, wireOf(facts.target));
  if (unfit !== undefined) return { kind: 'not offered', reason: unfit };
  for (const need of conformanceCase.needs) {
    const reason = need(facts);
    if (reason !== undefined) return { kind: 'not offered', reason };
  }
  const context = new CaseContext(facts);
  try {
    await conformanceCase.run(context);
    return { kind: 'passed' };
  } catch (error) {
    if (error instanceof NotOffered) return { kind: 'not offered', reason: error.message };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', reason, transcript: [...context.transcript.lines] };
  } finally {
    await context.close();
  }
}
