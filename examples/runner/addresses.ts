import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** Where the router will be found. */
export interface Addresses {
  /** Of the web pages, with a trailing slash. */
  readonly publicUrl: string;
  /** Of backend publishers; undefined when it is not on a TCP port. */
  readonly trustedUrl: string | undefined;
}

const address = z
  .looseObject({ host: z.string().optional(), port: z.coerce.number().optional() })
  .default({});
const configuration = z.looseObject({
  public: address,
  trusted: z
    .looseObject({
      host: z.string().optional(),
      port: z.coerce.number().optional(),
      unix: z.string().nullish(),
    })
    .default({}),
});

/**
 * Reads from the router's configuration where it will listen; the environment goes first, as it does there. A file that cannot
 * be read gives the router's defaults: complaining about it is the router's business, it knows lines and columns.
 */
export function readAddresses(file: string, env: NodeJS.ProcessEnv): Addresses {
  const { public: open, trusted } = readConfiguration(file);
  const host = env['EXPRESSWAY_PUBLIC__HOST'] ?? open.host;
  const port = env['EXPRESSWAY_PUBLIC__PORT'] ?? open.port ?? 8080;
  return {
    publicUrl: `http://${reachable(host)}:${port}/`,
    trustedUrl: env['EXPRESSWAY_TRUSTED_URL'] ?? trustedUrl(trusted, env),
  };
}

function trustedUrl(
  trusted: z.infer<typeof configuration>['trusted'],
  env: NodeJS.ProcessEnv,
): string | undefined {
  if ((env['EXPRESSWAY_TRUSTED__UNIX'] ?? trusted.unix ?? '') !== '') return undefined;
  const host = env['EXPRESSWAY_TRUSTED__HOST'] ?? trusted.host;
  const port = env['EXPRESSWAY_TRUSTED__PORT'] ?? trusted.port ?? 8081;
  return `ws://${reachable(host)}:${port}/`;
}

function readConfiguration(file: string): z.infer<typeof configuration> {
  try {
    return configuration.parse(parse(readFileSync(file, 'utf8')));
  } catch {
    return configuration.parse({});
  }
}

/** A listener on all addresses is reached by the loopback; an IPv6 address needs its brackets. */
function reachable(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
