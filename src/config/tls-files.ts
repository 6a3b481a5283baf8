import { createSecureContext } from 'node:tls';

import type { ConfigNode, ConfigPath } from './config-node.js';
import type { TlsConfig } from './listener-config.js';
import { listenersSchema } from './listener-schema.js';
import type { SecretReader } from './secret-reader.js';
import { validate } from './validate.js';

const LISTENERS: ConfigPath = ['listeners'];

/**
 * The certificates of `listeners`, one place a listener, undefined for those without TLS. What is wrong with them is told to `reader`:
 * files that cannot be read, a key that others can read, what is no PEM, a key of another certificate.
 */
export async function readTlsFiles(
  root: ConfigNode,
  reader: SecretReader,
): Promise<readonly (TlsConfig | undefined)[]> {
  const found: (TlsConfig | undefined)[] = [];
  const listeners = validate(listenersSchema, root, LISTENERS).value ?? [];
  for (const [index, { tls }] of listeners.entries()) {
    const path = [...LISTENERS, index, 'tls'];
    found.push(tls && (await readPair(path, reader)));
  }
  return found;
}

async function readPair(path: ConfigPath, reader: SecretReader): Promise<TlsConfig | undefined> {
  const cert = await reader.read(path, 'cert');
  const key = await reader.read(path, 'key');
  if (cert === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert, key });
    return { cert, key };
  } catch {
    // OpenSSL's words are for those who know its sources.
    reader.report(path, 'expected a certificate and its key in PEM, found what does not fit');
    return undefined;
  }
}
