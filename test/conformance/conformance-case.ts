import type { CaseContext } from './case-context.js';
import type { Need } from './target.js';
import type { Wire } from './wire/address.js';
import type { WireNeed } from './wire-needs.js';

/** One check, named by the rows of the catalogue that it stands for. */
export interface ConformanceCase {
  /** Row ids, `PS-2`. */
  readonly rows: readonly string[];
  /** A fact. */
  readonly title: string;
  readonly needs: readonly Need[];
  /** The wires that the case is about. */
  readonly wireNeeds: readonly WireNeed[];
  readonly run: (context: CaseContext) => Promise<void>;
}

/** Names a case; `rows` are the ids with spaces between them. */
export const conforms = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly (Need | WireNeed)[]
): ConformanceCase => ({
  rows: rows.split(' '),
  title,
  needs: needs.filter((need) => typeof need === 'function'),
  wireNeeds: needs.filter((need) => typeof need === 'object'),
  run,
});

/** Why a case has nothing to say about a wire, or undefined if it has. */
export const unfitFor = ({ wireNeeds }: ConformanceCase, wire: Wire): string | undefined =>
  wireNeeds.find(({ accepts }) => !accepts(wire))?.reason;
