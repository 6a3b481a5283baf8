import type { List } from '../protocol/message.js';
import type { Dict, PayloadFormat } from '../protocol/payload.js';
import type { Session } from '../session.js';
import type { Eventually } from './eventually.js';

/** A call of a meta procedure. */
export interface MetaCall {
  readonly caller: Session;
  readonly args: List;
  readonly kwargs: Dict;
  /** What the arguments came in. */
  readonly format: PayloadFormat;
}

/** Answers with positional results. What it throws or rejects with as WampError is told to the caller. */
export type MetaProcedure = (call: MetaCall) => Eventually<List>;

/** Meta procedures by their URIs. */
export type MetaProcedures = Readonly<Record<string, MetaProcedure>>;
