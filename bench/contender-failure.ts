/** A contender did not do what the scenario asks: it lost, changed or delayed a message, or ended a connection. */
export class ContenderFailure extends Error {
  override readonly name = 'ContenderFailure';
  /** Whose failure it is. */
  readonly contender: string;

  /** @param errorOutput the last that its server wrote to stderr */
  constructor(contender: string, cause: unknown, errorOutput: string) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(`${contender}: ${words}\n${errorOutput}`.trimEnd(), { cause });
    this.contender = contender;
  }
}
