import { authSchema } from './auth-schema.js';
import { findNode, originOf, type ConfigNode } from './config-node.js';
import { resolvePath, type SecretReader } from './secret-reader.js';
import type { UsersConfig } from './users-config.js';
import { isPostgresUrl } from './users-provider-schema.js';
import { validate } from './validate.js';

const USERS = ['auth', 'users'];

/** Section `auth.users` with its secrets and absolute paths; undefined if it is not in order. What is wrong is told to `reader`. */
export async function readUsersProvider(
  root: ConfigNode,
  reader: SecretReader,
): Promise<UsersConfig | undefined> {
  // By itself, so that mistakes around it do not hide those in it.
  const input = validate(authSchema.shape.users, root, USERS).value;
  if (input === undefined) return undefined;
  const { provider, reload, rehash, postgres, module } = input;
  const path = fileAt(root, ['path']);
  if (provider === 'file') return { provider, path, reload, rehash };
  if (path !== undefined) {
    reader.report(
      [...USERS, 'path'],
      `expected nothing, as provider ${provider} has no users file`,
    );
  }
  if (provider === 'postgres') {
    const url = await readUrl(reader);
    if (url === undefined) return undefined;
    const { pool, timeout, cache, poll } = postgres;
    return {
      provider,
      url,
      pool,
      timeoutMs: timeout,
      cacheMs: cache,
      pollMs: poll,
      rehash: postgres.rehash,
    };
  }
  const modulePath = fileAt(root, ['module', 'path']);
  if (modulePath === undefined) {
    reader.report([...USERS, 'module', 'path'], 'expected the path of a module, found nothing');
    return undefined;
  }
  // A copy of plain objects, as other people's code expects them.
  const options = structuredClone(module.options);
  return { provider, path: modulePath, timeoutMs: module.timeout, options };
}

async function readUrl(reader: SecretReader): Promise<string | undefined> {
  const section = [...USERS, 'postgres'];
  const place = reader.placeOf(section, 'url');
  if (place === undefined) {
    reader.report(section, 'expected url or url_file, found neither');
    return undefined;
  }
  const url = await reader.read(section, 'url');
  if (url === undefined || isPostgresUrl(url)) return url;
  reader.report(place, 'expected a URL such as postgres://user:password@host/database');
  return undefined;
}

function fileAt(root: ConfigNode, key: readonly string[]): string | undefined {
  const path = [...USERS, ...key];
  const found = findNode(root, path);
  if (found?.kind !== 'scalar' || typeof found.value !== 'string') return undefined;
  return resolvePath(found.value, originOf(root, path));
}
