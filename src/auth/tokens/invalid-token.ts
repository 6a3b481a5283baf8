/** What a client may learn about its refused token. */
export type TokenFailure = 'token_expired' | 'invalid_token' | 'audience_mismatch';

/** What the server's log may tell about a refused token; never the token. */
export interface TokenFailureContext {
  /** The `kid` of its header, cut to 64 units. Not proven. */
  readonly kid?: string | undefined;
  /** The authid that it claims, told only when its signature is right. */
  readonly authid?: string | undefined;
}

/** A token is refused. `code` is for the client; `detail` and `context` are for the server's log and never hold the token. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
  readonly code: TokenFailure;
  readonly detail: string;
  readonly context: TokenFailureContext;

  constructor(code: TokenFailure, detail: string, context: TokenFailureContext = {}) {
    super(`${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
    this.context = context;
  }
}
