import type { UserCredentials } from './user-provider.js';

/** Who can be looked up by what he has. */
interface Holder {
  readonly username: string;
  readonly credentials?: UserCredentials | undefined;
}

/** Finds users by their public keys and certificates. Of two who have the same one, neither is found: it does not say who comes. */
export class CredentialIndex<Each extends Holder> {
  readonly #byPublicKey: ReadonlyMap<string, Each | undefined>;
  readonly #byCertificate: ReadonlyMap<string, Each | undefined>;

  constructor(users: Iterable<Each>) {
    const all = [...users];
    this.#byPublicKey = indexed(all, ({ credentials }) => credentials?.publicKeys);
    this.#byCertificate = indexed(all, ({ credentials }) => credentials?.certificates);
  }

  /** The one who has this public key, 64 hex digits in lower case. */
  findByPublicKey(key: string): Each | undefined {
    return this.#byPublicKey.get(key);
  }

  /** The one who has the certificate of this fingerprint, 64 hex digits in lower case. */
  findByCertificate(fingerprint: string): Each | undefined {
    return this.#byCertificate.get(fingerprint);
  }
}

function indexed<Each>(
  users: readonly Each[],
  keysOf: (user: Each) => readonly string[] | undefined,
): Map<string, Each | undefined> {
  const index = new Map<string, Each | undefined>();
  for (const user of users) {
    for (const key of new Set(keysOf(user))) index.set(key, index.has(key) ? undefined : user);
  }
  return index;
}
