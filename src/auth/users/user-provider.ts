/** Somebody who may log in. */
export interface User {
  /** What tokens name; it never changes. The username where the provider has no other. */
  readonly id: string;
  readonly username: string;
  /** One of the realm's roles. */
  readonly role: string;
  /** All the roles, `role` first. */
  readonly roles: readonly string[];
  /** Tokens of this user that were issued before then (Unix seconds) are void; undefined: none is. */
  readonly tokensValidFrom?: number | undefined;
  /** By what else than the password this user can be known; what is left out cannot be used. */
  readonly credentials?: UserCredentials | undefined;
}

/** What the challenge-response methods check against. */
export interface UserCredentials {
  readonly wampcra?: WampCraCredentials | undefined;
  readonly scram?: ScramCredentials | undefined;
  /** Ed25519 public keys, 64 hex digits each (WAMP-Cryptosign). */
  readonly publicKeys?: readonly string[] | undefined;
  /** SHA-256 fingerprints of client certificates (of the DER), 64 hex digits each in lower case. */
  readonly certificates?: readonly string[] | undefined;
}

/** WAMP-CRA: the shared secret; with a salt, the key that was derived from it by PBKDF2, in Base64. */
export interface WampCraCredentials {
  readonly secret: string;
  readonly salt?: string | undefined;
  readonly iterations?: number | undefined;
  readonly keylen?: number | undefined;
}

/** WAMP-SCRAM: what RFC 5802 calls StoredKey and ServerKey, and how they were derived. Binary as Base64. */
export interface ScramCredentials {
  readonly kdf: 'pbkdf2' | 'argon2id-13';
  readonly salt: string;
  readonly iterations: number;
  /** KiB, for argon2id. */
  readonly memory?: number | undefined;
  readonly storedKey: string;
  readonly serverKey: string;
  /** For argon2id: the keys of those clients that take the Base64 text of the hash for the hash (autobahn for Python). */
  readonly autobahn?: { readonly storedKey: string; readonly serverKey: string } | undefined;
}

/** Where users come from. What asks elsewhere rejects with AuthenticatorUnavailable while nobody answers. */
export interface UserProvider {
  /** The user of that name; undefined for one who is unknown or disabled. */
  find(username: string): Promise<User | undefined>;
  /** The user whose {@link User.id} it is; undefined for one who is unknown or disabled. */
  findById(id: string): Promise<User | undefined>;
  /** The user who has this public key (64 hex digits in lower case). Left out: users must give their name. */
  findByPublicKey?(key: string): Promise<User | undefined>;
  /** The user who has the certificate of this fingerprint (64 hex digits in lower case). Left out: certificates name their user. */
  findByCertificate?(fingerprint: string): Promise<User | undefined>;
  /**
   * The user, if the password is right. Takes as long for who is unknown or disabled, so that the time tells nothing. `source` is the address
   * that it comes from, if there is one: nobody's attempts keep those from elsewhere waiting. Rejects with PasswordCheckOverload when too
   * many checks wait already.
   */
  verifyPassword(username: string, password: string, source?: string): Promise<User | undefined>;
  /**
   * Tells of users that may have changed: who was added, disabled, deleted, given other roles or another `tokensValidFrom`. `changed`
   * names them by their {@link User.id}; left out: it may be anybody. From then on `find` and `findById` answer anew. Left out of a
   * provider that cannot tell: its users are then asked for now and then. Returns what ends it.
   */
  readonly onchange?: (listener: UserChangeListener) => () => void;
  /** Ends what runs. Idempotent. */
  close(): Promise<void>;
}

/** Hears of users that may have changed. */
export type UserChangeListener = (changed?: readonly string[]) => void;
