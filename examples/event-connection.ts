/** The router said no: PUBLISH or REGISTER was answered with ERROR. Sending it again at once changes nothing. */
export class Refused extends Error {
  /** The ERROR's URI, such as `wamp.error.not_authorized`. */
  readonly uri: string;

  constructor(uri: string, what: string) {
    super(`the router refused ${what}: ${uri}`);
    this.name = 'Refused';
    this.uri = uri;
  }
}

/** There was no session, or it ended before the answer came: whether the router has the message is not known. */
export class ConnectionLost extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ConnectionLost';
  }
}

/** What a publisher of events needs from its connection to the router. */
export interface EventConnection {
  readonly isOpen: boolean;
  /**
   * Resolves when the router has answered PUBLISHED.
   * @throws {@link Refused} when it answered ERROR, {@link ConnectionLost} when no answer came.
   */
  readonly publish: (topic: string, kwargs: Readonly<Record<string, unknown>>) => Promise<void>;
}
