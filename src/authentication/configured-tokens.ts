import { TokenIssuer, TokenVerifier } from '../auth/tokens/token.js';
import type { Config } from '../config/config.js';
import { ConfiguredKeys } from './configured-keys.js';
import type { Logger } from '../router/index.js';

/** What verifies and makes the tokens that `auth.jwt` describes, by the keys that count at the time. */
export interface ConfiguredTokens {
  readonly keys: ConfiguredKeys;
  readonly tokens: TokenVerifier;
  readonly issuer: TokenIssuer;
}

/** Throws UnusableKey. */
export function configuredTokens(config: Config, logger: Logger): ConfiguredTokens {
  const keys = new ConfiguredKeys(config, logger);
  const common = { ...config.auth.jwt, keys: keys.ring, refreshFraction: config.expiry.refreshAt };
  const tokens = new TokenVerifier({
    ...common,
    maxBytes: config.limits.tokenBytes,
    tellsAudience: !config.production,
    logger,
  });
  return { keys, tokens, issuer: new TokenIssuer(common) };
}
