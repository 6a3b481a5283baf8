import type { MetaEvents } from '../meta/meta-events.js';
import type { Visibility } from '../meta/visibility.js';
import type { Dict } from '../protocol/message.js';
import type { Registration } from '../dealer/registration.js';
import type { Session } from '../session.js';

/** The meta events that clients of Thruway know, beside those of WAMP. */
export class ThruwayEvents {
  readonly #realm: string;
  readonly #events: MetaEvents;
  readonly #procedures: Visibility;

  /** `procedures`: who may know of which. */
  constructor(realm: string, events: MetaEvents, procedures: Visibility) {
    this.#realm = realm;
    this.#events = events;
    this.#procedures = procedures;
  }

  /** A session has joined. */
  joined(session: Session): void {
    this.#tell('wamp.metaevent.session.on_join', session);
  }

  /** A session has left. */
  left(session: Session): void {
    this.#tell('wamp.metaevent.session.on_leave', session);
  }

  /** A call waits, as all callees of a registration are busy: more of them are wanted. For those who may know of the procedure. */
  congested(registration: Registration): void {
    const topic = 'thruway.metaevent.procedure.congestion';
    this.#events.publishAbout(registration, this.#procedures, topic, () => [
      { name: registration.uri },
    ]);
  }

  /** Publishes nothing any more. */
  close(): void {
    this.#events.close();
  }

  #tell(topic: string, session: Session): void {
    if (!session.isInternal) this.#events.publish(topic, () => [this.#describe(session)]);
  }

  #describe({ id, principal }: Session): Dict {
    const { authid, authrole, authroles = [authrole], authmethod, authprovider } = principal;
    return {
      realm: this.#realm,
      authprovider,
      authid,
      authrole,
      authroles,
      authmethod,
      session: id,
    };
  }
}
