import { fileURLToPath } from 'node:url';

import type { UserEntry } from '../auth/users/memory-users.js';
import { weaknessOf } from '../auth/tokens/weak-secret.js';
import { buildConfig } from './build-config.js';
import type { ConfigProblem } from './config-error.js';
import { findNode, originOf, overlay, type ConfigNode, type ConfigPath } from './config-node.js';
import type { Config } from './config.js';
import { readConfigurationFile, throwProblems } from './configuration-file.js';
import { crossCheck, type Sections } from './cross-checks.js';
import { overlayEnvironment, type Environment } from './environment.js';
import { readJwtKeys } from './jwt-keys.js';
import { rolesOf } from './provider-checks.js';
import { configSchema } from './schema.js';
import { resolvePath, SecretReader } from './secret-reader.js';
import { readTicketKey } from './ticket-key.js';
import { readTlsFiles } from './tls-files.js';
import { readUsersFile } from './users-file.js';
import { readUsersProvider } from './users-provider.js';
import { validate } from './validate.js';

/** The file upon which every configuration is laid; it comes with the program. */
export const DEFAULT_CONFIG_FILE = fileURLToPath(
  new URL('../../../config/default.yaml', import.meta.url),
);

const SESSION = ['auth', 'session'];
const SESSION_SECRET_BYTES = 32;

/** A configuration with its users, and what should be better about it. */
export interface LoadedConfig {
  readonly config: Config;
  /** The users of the file that `auth.users.path` names; none if it names none, or if they come from elsewhere. */
  readonly users: readonly UserEntry[];
  /** What would be refused in production, or will have to be seen to soon. */
  readonly warnings: readonly ConfigProblem[];
  /** Reads the same files and the same environment again. */
  readonly reload: () => Promise<LoadedConfig>;
}

/** The configuration file that the environment names, in `EXPRESSWAY_CONFIG`. */
export const configFileOf = (environment: Environment = process.env): string | undefined =>
  environment['EXPRESSWAY_CONFIG'];

/**
 * The configuration: config/default.yaml, `file` laid over it, and the environment over both. With `NODE_ENV=production` nothing that
 * is shipped for development is accepted. Rejects with ConfigError, which holds everything that is wrong.
 */
export async function loadConfig(
  file: string,
  environment: Environment = process.env,
): Promise<LoadedConfig> {
  const production = environment['NODE_ENV'] === 'production';
  const layers = [
    await readConfigurationFile(DEFAULT_CONFIG_FILE),
    await readConfigurationFile(file),
  ];
  throwProblems(layers.flatMap((layer) => layer.problems));
  const written = layers.flatMap(({ node }) => node ?? []).reduce(overlay);
  const { node, problems } = overlayEnvironment(configSchema, written, environment);
  const whole = validate(configSchema, node);
  const sections = validateSections(node);
  const reader = new SecretReader(node, production);
  const keys = await readJwtKeys(node, reader);
  const tls = await readTlsFiles(node, reader);
  const sessionSecrets = await readSessionSecrets(reader);
  const ticketKey = await readTicketKey(reader);
  const usersProvider = await readUsersProvider(node, reader);
  const sessionFile = fileAt(node, [...SESSION, 'file']);
  const revocationFile = fileAt(node, ['auth', 'revocation', 'file']);
  const usersFile = usersProvider?.provider === 'file' ? usersProvider.path : undefined;
  const users = await readUsersFile(usersFile, { production, roles: rolesOf(sections) });
  throwProblems([
    ...problems,
    ...whole.problems,
    ...crossCheck(node, sections, production),
    ...reader.problems,
    ...users.problems,
  ]);
  if (whole.value === undefined || sessionSecrets === undefined || usersProvider === undefined) {
    throw new Error('a configuration without problems must be complete');
  }
  const files = { sessionFile, revocationFile };
  const secrets = { keys, ticketKey, sessionSecrets };
  const resolved = { users: usersProvider, ...secrets, ...files, tls, production };
  const config = buildConfig(whole.value, resolved);
  return {
    config,
    users: users.users,
    warnings: reader.warnings,
    reload: () => loadConfig(file, environment),
  };
}

// By themselves, so that a mistake in one section does not hide those between the others.
function validateSections(node: ConfigNode): Sections {
  const { shape } = configSchema;
  return {
    public: validate(shape.public, node, ['public']).value,
    trusted: validate(shape.trusted, node, ['trusted']).value,
    listeners: validate(shape.listeners, node, ['listeners']).value,
    realms: validate(shape.realms, node, ['realms']).value,
    auth: validate(shape.auth, node, ['auth']).value,
    limits: validate(shape.limits, node, ['limits']).value,
    expiry: validate(shape.expiry, node, ['expiry']).value,
    drain: validate(shape.drain, node, ['drain']).value,
    log: validate(shape.log, node, ['log']).value,
  };
}

async function readSessionSecrets(
  reader: SecretReader,
): Promise<readonly [string, ...string[]] | undefined> {
  const secret = await readSessionSecret(reader, 'secret');
  const previous = await readSessionSecret(reader, 'previous_secret');
  if (reader.placeOf(SESSION, 'secret') === undefined) {
    reader.report(SESSION, 'expected secret or secret_file, found neither');
  }
  if (secret === undefined) return undefined;
  return previous === undefined ? [secret] : [secret, previous];
}

async function readSessionSecret(reader: SecretReader, key: string): Promise<string | undefined> {
  const secret = await reader.read(SESSION, key);
  const weakness = secret && weaknessOf(Buffer.from(secret), SESSION_SECRET_BYTES);
  if (weakness) {
    const place = reader.placeOf(SESSION, key) ?? SESSION;
    reader.report(place, `expected a strong secret, but it ${weakness}`);
  }
  return secret;
}

function fileAt(node: ConfigNode, path: ConfigPath): string | undefined {
  const found = findNode(node, path);
  if (found?.kind !== 'scalar' || typeof found.value !== 'string') return undefined;
  return resolvePath(found.value, originOf(node, path));
}
