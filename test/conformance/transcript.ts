const LONGEST_LINE = 600;

/** What went over the wires of one case, line by line; a failure is told with it. */
export class Transcript {
  readonly #lines: string[] = [];
  readonly #secrets: readonly string[];

  /** `secrets` (tokens) are replaced in every line. */
  constructor(secrets: readonly string[] = []) {
    this.#secrets = secrets.filter((secret) => secret !== '');
  }

  /** Notes what `peer` sent. */
  sent(peer: string, text: string): void {
    this.#note(`${peer} sent      ${text}`);
  }

  /** Notes what `peer` received. */
  received(peer: string, text: string): void {
    this.#note(`${peer} received  ${text}`);
  }

  /** Notes that the connection of `peer` is closed. */
  closed(peer: string, code: number): void {
    this.#note(`${peer} closed    ${code}`);
  }

  /** The lines so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  #note(line: string): void {
    let told = line;
    for (const secret of this.#secrets) told = told.replaceAll(secret, '<token>');
    this.#lines.push(
      told.length > LONGEST_LINE
        ? `${told.slice(0, LONGEST_LINE)}… (${told.length} characters)`
        : told,
    );
  }
}

/** The router did not do what a row demands. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
  readonly code = 'ERR_CONFORMANCE';
}

/** The router does not offer what a row is about, or the run was not told how to observe it. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered';
  readonly code = 'ERR_NOT_OFFERED';
}

/** Fails the case with `message` unless `claim` holds. */
export function ensure(claim: boolean, message: string): asserts claim {
  if (!claim) throw new ConformanceFailure(message);
}
