/** Where a value of the configuration was written. */
export type Origin =
  | { readonly file: string; readonly line: number; readonly column: number }
  | { readonly variable: string };

/** One thing that is wrong with the configuration. Never holds a secret. */
export interface ConfigProblem {
  readonly origin: Origin;
  /** JSON pointer of the value, such as `/auth/jwt/ttl`; empty for the whole document. */
  readonly path: string;
  /** What was expected and what was found. */
  readonly message: string;
}

/** `file:line:column`, or the name of the environment variable. */
export const describeOrigin = (origin: Origin): string =>
  'variable' in origin ? origin.variable : `${origin.file}:${origin.line}:${origin.column}`;

/** One line for people: origin, path, and what is wrong. */
export const describeProblem = ({ origin, path, message }: ConfigProblem): string =>
  `${[describeOrigin(origin), path].filter((part) => part !== '').join(' ')}: ${message}`;

/** The configuration is not usable; `problems` holds everything that is wrong with it, not only the first thing. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'ERR_CONFIG';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(describeProblem).join('\n'), options);
    this.problems = problems;
  }
}
