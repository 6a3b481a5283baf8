import type {
  Action,
  Answer,
  AuthorizedSession,
  MatchPolicy,
  Principal,
  SessionId,
} from '../../router/index.js';
import { UriSet } from './uri-set.js';

/** What was asked for. */
export interface Question {
  readonly action: Action;
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** Which answers are meant; what is left out does not narrow. */
export interface AnswerSelection {
  readonly session?: number | undefined;
  readonly authid?: string | undefined;
  readonly uris?: UriSet | undefined;
}

interface Known {
  readonly question: Question;
  readonly answer: Answer;
}

interface SessionAnswers {
  /** Whom they were given for: with another principal the session asks anew. */
  readonly principal: Principal;
  readonly byQuestion: Map<string, Known>;
}

/**
 * Answers of a dynamic authorizer, by session: what one session may says nothing of another of the same role. Bounded for each session; they go
 * with the session, which {@link forget} must be told of.
 */
export class AnswerCache {
  readonly #limit: number;
  readonly #bySession = new Map<SessionId, SessionAnswers>();

  /** `limit`: answers of one session, at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Sessions of which answers are known. */
  get size(): number {
    return this.#bySession.size;
  }

  /** What is known already. */
  find(session: AuthorizedSession, question: Question): Answer | undefined {
    const answers = this.#bySession.get(session.id);
    if (answers?.principal !== session.principal) return undefined;
    return answers.byQuestion.get(keyOf(question))?.answer;
  }

  /** Remembers an answer, unless it came after the session's end or after its principal was another. */
  add(session: AuthorizedSession, principal: Principal, question: Question, answer: Answer): void {
    if (!session.isOpen || session.principal !== principal) return;
    let answers = this.#bySession.get(session.id);
    if (answers?.principal !== principal) {
      answers = { principal, byQuestion: new Map() };
      this.#bySession.set(session.id, answers);
    }
    if (answers.byQuestion.size >= this.#limit) answers.byQuestion.clear();
    answers.byQuestion.set(keyOf(question), { question, answer });
  }

  /** The session has left. */
  forget(session: SessionId): void {
    this.#bySession.delete(session);
  }

  /** Forgets the selected answers and gives their number. */
  purge({ session, authid, uris }: AnswerSelection): number {
    let count = 0;
    for (const [id, { principal, byQuestion }] of this.#bySession) {
      if (session !== undefined && session !== Number(id)) continue;
      if (authid !== undefined && authid !== principal.authid) continue;
      for (const [key, { question }] of byQuestion) {
        if (uris?.intersects(new UriSet(question.uri, question.match)) === false) continue;
        byQuestion.delete(key);
        count += 1;
      }
      if (byQuestion.size === 0) this.#bySession.delete(id);
    }
    return count;
  }
}

const keyOf = ({ action, uri, match }: Question): string => `${action} ${match} ${uri}`;
