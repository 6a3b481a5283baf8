import type { CommandEnvironment } from './command-environment.js';
import { loadConfiguration } from './configuration.js';
import { ExitCode } from './exit-code.js';

/** `expressway check`: says what is wrong with a configuration, its secrets and its users file, and starts nothing. */
export async function check(
  file: string | undefined,
  environment: CommandEnvironment,
): Promise<ExitCode> {
  const loaded = await loadConfiguration(file, environment);
  if (loaded === undefined) return ExitCode.usage;
  const { config, users } = loaded;
  const counts = [
    `Realms: ${config.realms.length}`,
    `token keys: ${config.auth.jwt.keys.length}`,
    config.auth.users.provider === 'file'
      ? `users: ${users.length}`
      : `users from: ${config.auth.users.provider}`,
  ];
  environment.print(`The configuration is right. ${counts.join(', ')}.\n`);
  return ExitCode.ok;
}
