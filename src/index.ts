/**
 * The package's public names. Whoever wants the whole application takes `loadConfig` and `startApplication`. Whoever has an Express
 * application, and wants a WAMP router in it, makes a `Router` with its realms and attaches listeners to the HTTP server:
 *
 * - `Router`, `RealmOptions`: realms, their roles, authorizer and limits; `router.connectLocal` is a client inside the process.
 * - `Authenticator`: who a client is. `TrustedAuthenticator` believes everybody, `request.challenge` asks.
 * - `Authorizer`: what it may do. `RoleAuthorizer` goes by lists of permissions; what nothing allows is denied.
 * - `WebSocketListener`, `LongPollListener`, `RawSocketListener`: where clients come in, each with serializers and an `Entrance`.
 */
export { startApplication, type Application, type ApplicationOptions } from './application.js';
export {
  RoleAuthorizer,
  type Permission,
  type RoleAuthorizerOptions,
} from './auth/permissions/role-authorizer.js';
export {
  TrustedAuthenticator,
  type TrustedAuthenticatorOptions,
} from './auth/methods/trusted-authenticator.js';
export { Revocations, type RevocationsOptions } from './auth/revocation/revocations.js';
export { SessionRevoker } from './auth/revocation/session-revoker.js';
export type { UserEntry } from './auth/users/memory-users.js';
export type { UserProviderFactory, UsersModuleTools } from './auth/users/module-users.js';
export type { User, UserCredentials, UserProvider } from './auth/users/user-provider.js';
export { ConfigError } from './config/config-error.js';
export type { Config } from './config/config.js';
export { loadConfig, type LoadedConfig } from './config/load.js';
export * from './router/index.js';
