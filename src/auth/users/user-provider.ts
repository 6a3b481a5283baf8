/** Somebody who may log in. */
export interface User {
  readonly username: string;
  /** One of the realm's roles. */
  readonly role: string;
}

/** Where users come from. */
export interface UserProvider {
  /** The user of that name; undefined for one who is unknown or disabled. */
  find(username: string): Promise<User | undefined>;
  /**
   * The user, if the password is right. Takes as long for who is unknown or disabled, so that the time tells nothing. Rejects with
   * PasswordCheckOverload when too many checks wait already.
   */
  verifyPassword(username: string, password: string): Promise<User | undefined>;
  /** Ends what runs. Idempotent. */
  close(): Promise<void>;
}
