import { createSecureContext, type SecureContextOptions } from 'node:tls';

import type { ConfigNode, ConfigPath } from './config-node.js';
import type { TlsConfig } from './listener-config.js';
import { listenersSchema } from './listener-schema.js';
import type { SecretReader } from './secret-reader.js';
import { validate } from './validate.js';

const LISTENERS: ConfigPath = ['listeners'];

/**
 * The certificates of `listeners`, one place a listener, undefined for those without TLS. What is wrong with them is told to `reader`:
 * files that cannot be read, a key that others can read, what is no PEM, a key of another certificate, and what is none by which clients' certificates shall be checked.
 */
export async function readTlsFiles(
  root: ConfigNode,
  reader: SecretReader,
): Promise<readonly (TlsConfig | undefined)[]> {
  const found: (TlsConfig | undefined)[] = [];
  const listeners = validate(listenersSchema, root, LISTENERS).value ?? [];
  for (const [index, { tls }] of listeners.entries()) {
    const path = [...LISTENERS, index, 'tls'];
    found.push(tls && (await readTls(path, reader, tls.client_cert)));
  }
  return found;
}

type ClientCertInput = 'request' | 'require' | undefined;

async function readTls(
  path: ConfigPath,
  reader: SecretReader,
  clientCert: ClientCertInput,
): Promise<TlsConfig | undefined> {
  const cert = await reader.read(path, 'cert');
  const key = await reader.read(path, 'key');
  const ca = await reader.read(path, 'client_ca');
  if (ca === undefined && clientCert !== undefined) {
    reader.report([...path, 'client_cert'], 'expected client_cert only beside client_ca_file');
  }
  if (cert === undefined || key === undefined) return undefined;
  const client = ca === undefined ? undefined : { ca, isRequired: clientCert === 'require' };
  if (!isUsable({ cert, key })) {
    reader.report(path, 'expected a certificate and its key in PEM, found what does not fit');
  } else if (ca !== undefined && !isCertificate(ca)) {
    reader.report([...path, 'client_ca_file'], 'expected certificates in PEM, found what is none');
  } else {
    return { cert, key, client };
  }
  return undefined;
}

/** OpenSSL passes over text in which there is no certificate. */
const isCertificate = (ca: string): boolean =>
  ca.includes('-----BEGIN CERTIFICATE-----') && isUsable({ ca });

// OpenSSL's own words are for those who know its sources.
function isUsable(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
