import type { Answer } from './authorizer.js';
import type { Session } from './session.js';

/** What becomes of a message whose authorization had to be awaited. */
export interface AwaitedAnswer {
  /** What it throws goes to {@link onerror}. */
  readonly onanswer: (answer: Answer) => void;
  readonly onerror: (error: unknown) => void;
}

/** Holds the session's later messages back until the answer has come and has been acted upon. Of a session that ends meanwhile nothing comes. */
export function awaitAnswer(
  session: Session,
  answer: Promise<Answer>,
  { onanswer, onerror }: AwaitedAnswer,
): void {
  session.inbox.hold();
  const settle = (then: () => void): void => {
    if (!session.isOpen) return;
    try {
      then();
    } catch (error) {
      onerror(error);
    }
    session.inbox.release();
  };
  answer.then(
    (given) => {
      settle(() => {
        onanswer(given);
      });
    },
    (error: unknown) => {
      settle(() => {
        onerror(error);
      });
    },
  );
}
