// The package's public names: the router for those who embed it in an Express application of their own, and the whole application.
export { startApplication, type Application, type ApplicationOptions } from './application.js';
export { RoleAuthorizer, type Permission } from './auth/role-authorizer.js';
export { TrustedAuthenticator } from './auth/trusted-authenticator.js';
export { ConfigError } from './config/config-error.js';
export type { Config } from './config/config.js';
export { loadConfig, type LoadedConfig } from './config/load.js';
export * from './router/index.js';
