import {
  isDict,
  Uri,
  WampError,
  type Answer,
  type AuthorizedSession,
  type Authorizer,
  type Dict,
  type LocalClient,
  type Principal,
} from '../../router/index.js';
import { AnswerCache, type AnswerSelection, type Question } from './answer-cache.js';
import type { AuthorizationRules } from './authorization-rules.js';
import type { RoleAuthorizer } from './role-authorizer.js';

/** What a {@link DynamicAuthorizer} needs. */
export interface DynamicAuthorizerOptions {
  /** Names the realm to the procedures. */
  readonly realm: string;
  /** What is decided without asking anybody. */
  readonly permissions: Pick<RoleAuthorizer, 'decide'>;
  /** Rules that clients add while the router runs: looked at before anybody is asked. */
  readonly rules?: AuthorizationRules | undefined;
  /** The procedure that is asked, by role. */
  readonly procedures: ReadonlyMap<string, string>;
  /** A call ends after this; it is time to have answered. Default 5 s. */
  readonly timeoutMs?: number;
  /** Answers that are remembered of one session. Default 1,000. */
  readonly cacheSize?: number;
  /** Questions that wait for their answers, of all sessions. Default 10,000. */
  readonly waiting?: number;
}

/** A question as it is put to a procedure. */
interface Asked {
  readonly session: AuthorizedSession;
  readonly principal: Principal;
  readonly question: Question;
  readonly options: Dict;
}

type AuthorizerArguments = Parameters<Authorizer['authorize']>;

/**
 * Asks a WAMP procedure of the realm what the permissions of a role leave open, as Crossbar's dynamic authorizers are asked: with the
 * session's details, the URI, the action and the options of the message. It answers with a boolean or with `{allow, disclose, cache}`;
 * only what it marks with `cache` is remembered, for that session and as long as it lasts.
 *
 * Where several roles of a session have a procedure, each of them must allow. What no permission decides and no procedure can be asked
 * about is denied.
 */
export class DynamicAuthorizer implements Authorizer {
  readonly #options: DynamicAuthorizerOptions;
  readonly #cache: AnswerCache;
  #client: Pick<LocalClient, 'call'> | undefined;
  #waiting = 0;

  constructor(options: DynamicAuthorizerOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options.cacheSize ?? 1_000);
  }

  /** Sessions of which answers are remembered. */
  get size(): number {
    return this.#cache.size;
  }

  /** Names the client in the realm by which procedures are called; until then nothing can be asked. */
  connect(client: Pick<LocalClient, 'call'>): void {
    this.#client = client;
  }

  /** Rejects when a procedure fails, does not answer in time, or says what is no answer. */
  authorize(
    ...[principal, action, uri, match, session, options]: AuthorizerArguments
  ): Answer | Promise<Answer> {
    const { permissions, rules } = this.#options;
    const decided =
      permissions.decide(principal, action, uri, match) ??
      rules?.decide(principal, action, uri, match);
    if (decided !== null && decided !== undefined) return decided;
    const procedures = this.#proceduresOf(principal);
    if (procedures.length === 0) return false;
    const question: Question = { action, uri, match };
    return (
      this.#cache.find(session, question) ??
      this.#askAll(procedures, { session, principal, question, options })
    );
  }

  /** The session has left: what is remembered of it goes with it. */
  forget(session: AuthorizedSession['id']): void {
    this.#cache.forget(session);
  }

  /** Forgets remembered answers and gives their number. */
  purge(selection: AnswerSelection): number {
    return this.#cache.purge(selection);
  }

  #proceduresOf({ authrole, authroles = [authrole] }: Principal): readonly string[] {
    const { procedures } = this.#options;
    const named = authroles.map((role) => procedures.get(role));
    return [...new Set(named.filter((procedure) => procedure !== undefined))];
  }

  async #askAll(procedures: readonly string[], asked: Asked): Promise<Answer> {
    let isLasting = true;
    let disclose: boolean | undefined;
    let isAllowed = true;
    for (const procedure of procedures) {
      const answer = await this.#ask(procedure, asked);
      isLasting &&= answer.isLasting;
      isAllowed = answer.allow;
      if (!isAllowed) break;
      // Where two differ, who asks is not made known.
      disclose = disclose === undefined ? answer.disclose : disclose && answer.disclose !== false;
    }
    const answer = isAllowed && disclose !== undefined ? { allow: true, disclose } : isAllowed;
    const { session, principal, question } = asked;
    if (isLasting) this.#cache.add(session, principal, question, answer);
    return answer;
  }

  async #ask(procedure: string, asked: Asked): Promise<ProcedureAnswer> {
    const { timeoutMs = 5_000, waiting = 10_000, realm } = this.#options;
    if (this.#client === undefined || this.#waiting >= waiting) {
      throw new WampError(Uri.unavailable, ['the authorizer cannot be asked now']);
    }
    const { question, options } = asked;
    const args = [sessionDetails(realm, asked), question.uri, question.action, options];
    this.#waiting += 1;
    try {
      // By a signal, not by `timeout`: that could be the callee's to measure, who may never answer.
      const signal = AbortSignal.timeout(timeoutMs);
      const { args: results } = await this.#client.call(procedure, args, {}, { signal });
      return parseAnswer(results[0]);
    } finally {
      this.#waiting -= 1;
    }
  }
}

interface ProcedureAnswer {
  readonly allow: boolean;
  readonly disclose: boolean | undefined;
  readonly isLasting: boolean;
}

function parseAnswer(value: unknown): ProcedureAnswer {
  if (typeof value === 'boolean') return { allow: value, disclose: undefined, isLasting: false };
  const { allow, disclose, cache = false }: Dict = isDict(value) ? value : {};
  const isKnown = disclose === undefined || typeof disclose === 'boolean';
  if (typeof allow === 'boolean' && isKnown && typeof cache === 'boolean') {
    return { allow, disclose, isLasting: cache };
  }
  throw new TypeError('the authorizer answers with neither a boolean nor {allow, disclose, cache}');
}

/** Who asks, as far as it is a procedure's business: no header, cookie or URL of its connection. */
function sessionDetails(realm: string, { session, principal }: Asked): Dict {
  const { authid, authrole, authroles, authmethod, authprovider, authextra } = principal;
  const { type, protocol, peer } = session.transport;
  return {
    session: session.id,
    realm,
    ...{ authid, authrole, authmethod, authprovider },
    ...(authroles !== undefined && { authroles }),
    ...(authextra !== undefined && { authextra }),
    transport: { type, protocol, peer },
  };
}
