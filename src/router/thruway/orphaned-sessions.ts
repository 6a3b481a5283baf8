import type { Logger } from '../logger.js';
import type { Register } from '../protocol/message.js';
import { matchOf } from '../protocol/options.js';
import type { Registration, RegistrationDirectory } from '../dealer/registration.js';
import type { Session } from '../session.js';
import { CloseCode } from '../transport/close-codes.js';

/** How long a holder of a procedure may take to give a sign of life. */
const SIGN_OF_LIFE_MS = 5000;

/** What is asked of the realm. */
export interface OrphanedSessionsOptions {
  readonly registrations: () => RegistrationDirectory;
  /** Throws WampError. */
  readonly register: (session: Session, message: Register) => void;
  /** Answers a message with what was thrown. */
  readonly fail: (session: Session, message: Register, error: unknown) => void;
  readonly logger: Logger;
}

/**
 * Lets a callee that comes back take its procedure from the session that its broken connection has left behind: whoever holds the procedure
 * is asked for a sign of life, and loses its session when none comes. The messages of the callee that asks wait meanwhile.
 */
export class OrphanedSessions {
  readonly #options: OrphanedSessionsOptions;

  constructor(options: OrphanedSessionsOptions) {
    this.#options = options;
  }

  /** Registers, now or when the holder has been asked. Throws WampError. */
  register(session: Session, message: Register): void {
    const holder = message.options['replace_orphaned_session'] === 'yes' && this.#holderOf(message);
    if (holder === false || holder === undefined || holder === session) {
      this.#options.register(session, message);
      return;
    }
    session.inbox.hold();
    void this.#replace(holder, session, message);
  }

  #holderOf({ procedure, options }: Register): Session | undefined {
    const held: Registration | undefined = this.#options
      .registrations()
      .lookup(procedure, matchOf(options));
    return held?.invoke === 'single' ? held.callees[0] : undefined;
  }

  async #replace(holder: Session, session: Session, message: Register): Promise<void> {
    const isAlive = holder.isInternal || (await holder.isAlive(SIGN_OF_LIFE_MS));
    if (!isAlive && holder.isOpen) {
      const { procedure } = message;
      this.#options.logger.warn({ session: holder.id, procedure }, 'an orphaned session is ended');
      holder.close(CloseCode.noPong, 'no sign of life');
    }
    if (!session.isOpen) return;
    try {
      // Refused when the holder has it still.
      this.#options.register(session, message);
    } catch (error) {
      this.#options.fail(session, message, error);
    }
    session.inbox.release();
  }
}
