import { createHmac } from 'node:crypto';

/**
 * Stands in for what is kept of a user, where there is none of that name, so that a challenge does not tell who exists. What it gives is
 * always the same for the same name, also after a restart, and nobody can compute it without the key.
 */
export class Decoy {
  readonly #key: Buffer;

  /** Its key is made of a secret of the application, for this purpose only. */
  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('decoy').digest();
  }

  /** 1 to 32 bytes for a name; `purpose` keeps those for different things apart. */
  bytes(purpose: string, name: string, length: number): Buffer {
    const hash = createHmac('sha256', this.#key).update(`${purpose}\0${name}`).digest();
    return hash.subarray(0, length);
  }

  /** One of `choices` for a name; undefined when there are none. */
  choice<Choice>(purpose: string, name: string, choices: readonly Choice[]): Choice | undefined {
    return choices[this.bytes(purpose, name, 4).readUInt32BE() % choices.length];
  }
}
