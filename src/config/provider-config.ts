import type { ConfigInput } from './schema.js';

/** Who may answer for authmethods from outside of the router. */
export interface ProvidersConfig {
  /** The names of the listeners through which they come. */
  readonly listeners: readonly string[];
  /** Their own roles. */
  readonly roles: readonly string[];
  readonly methods: readonly ProvidedMethodConfig[];
}

/** An authmethod that a provider from outside may answer for. */
export interface ProvidedMethodConfig {
  readonly name: string;
  /** The realms that it may let somebody into. */
  readonly realms: readonly string[];
  /** The roles that it may grant. */
  readonly roles: readonly string[];
  /** For each of its answers. */
  readonly timeoutMs: number;
}

/** Section `auth.providers` in the program's terms; a method without a time of its own has `timeoutMs`. */
export const buildProviders = (
  { listeners, roles, methods }: ConfigInput['auth']['providers'],
  timeoutMs: number,
): ProvidersConfig => ({
  listeners,
  roles,
  methods: methods.map(({ timeout, ...method }) => ({
    ...method,
    timeoutMs: timeout ?? timeoutMs,
  })),
});
