import { UnusableRevocationFile } from '../auth/revocation/revocation-journal.js';
import { UnusableUsersModule } from '../auth/users/module-users.js';
import type { Config } from '../config/config.js';
import { variableName } from '../config/environment.js';

/** Says in plain words why the application could not start, and what to do; undefined if only the error itself can tell. */
export function explainStartFailure(error: unknown, config: Config): string | undefined {
  if (error instanceof UnusableRevocationFile) {
    return `${error.message}. Make it this user's own, or set auth.revocation.file to another one; without it, what was revoked holds again.\n`;
  }
  if (error instanceof UnusableUsersModule) return `${error.message}\n`;
  const code = property(error, 'code');
  const port = property(error, 'port');
  const socket = property(error, 'address');
  if (socketsOf(config).some((unix) => unix === socket)) {
    return `The Unix socket ${String(socket)} cannot be listened on (${String(code)}). Is another Expressway running? May this user write there?\n`;
  }
  if (typeof port !== 'number') return undefined;
  const { key, host } = placeOf(port, config);
  const section = key.join('.');
  const choose =
    `choose another port: ${section}.port in the configuration or ` +
    `${variableName([...key, 'port'])} in the environment (0: any free one).\n`;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use, perhaps by another Expressway. Stop that program, or ${choose}`;
    case 'EACCES':
      return `This user may not listen on port ${port}. Put a proxy before it, or ${choose}`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${host}: set ${section}.host to one that it has.\n`;
    default:
      return undefined;
  }
}

/** Where the configuration names a port: the keys before `port`, and the host beside it. */
interface Place {
  readonly key: readonly (string | number)[];
  readonly host: string;
}

function placeOf(port: number, { public: open, trusted, listeners }: Config): Place {
  if (trusted.unix === undefined && trusted.port === port) {
    return { key: ['trusted'], host: trusted.host };
  }
  for (const [index, { address }] of listeners.entries()) {
    if ('port' in address && address.port === port) {
      return { key: ['listeners', index], host: address.host };
    }
  }
  return { key: ['public'], host: open.host };
}

const socketsOf = ({ trusted, listeners }: Config): readonly string[] => [
  ...(trusted.unix === undefined ? [] : [trusted.unix]),
  ...listeners.flatMap(({ address }) => ('unix' in address ? [address.unix] : [])),
];

const property = (error: unknown, key: string): unknown =>
  error instanceof Error ? Object.getOwnPropertyDescriptor(error, key)?.value : undefined;
