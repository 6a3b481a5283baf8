import type { CaseContext } from './case-context.js';
import type { Need } from './target.js';

/** One check, named by the rows of the catalogue that it stands for. */
export interface ConformanceCase {
  /** Row ids, `PS-2`. */
  readonly rows: readonly string[];
  /** A fact. */
  readonly title: string;
  readonly needs: readonly Need[];
  readonly run: (context: CaseContext) => Promise<void>;
}

/** Names a case; `rows` are the ids with spaces between them. */
export const conforms = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => ({ rows: rows.split(' '), title, needs, run });
