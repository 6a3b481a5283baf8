import type { Config } from '../config/config.js';
import { variableName } from '../config/environment.js';

/** Says in plain words why the application could not start, and what to do; undefined if only the error itself can tell. */
export function explainStartFailure(error: unknown, config: Config): string | undefined {
  const code = property(error, 'code');
  const port = property(error, 'port');
  const { unix } = config.trusted;
  if (unix !== undefined && property(error, 'address') === unix) {
    return `The Unix socket ${unix} cannot be listened on (${String(code)}). Is another Expressway running? May this user write there?\n`;
  }
  if (typeof port !== 'number') return undefined;
  const section = unix === undefined && port === config.trusted.port ? 'trusted' : 'public';
  const choose =
    `choose another port: ${section}.port in the configuration or ` +
    `${variableName([section, 'port'])} in the environment (0: any free one).\n`;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use, perhaps by another Expressway. Stop that program, or ${choose}`;
    case 'EACCES':
      return `This user may not listen on port ${port}. Put a proxy before it, or ${choose}`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${config[section].host}: set ${section}.host to one that it has.\n`;
    default:
      return undefined;
  }
}

const property = (error: unknown, key: string): unknown =>
  error instanceof Error ? Object.getOwnPropertyDescriptor(error, key)?.value : undefined;
