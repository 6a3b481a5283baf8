import { ConfigError, describeProblem } from '../config/config-error.js';
import { configFileOf, loadConfig, type LoadedConfig } from '../config/load.js';
import type { CommandEnvironment } from './command-environment.js';

/**
 * The configuration of a command: of `file`, else of `EXPRESSWAY_CONFIG`. Undefined if there is none or it is wrong, and then the
 * user has been told.
 */
export async function loadConfiguration(
  file: string | undefined,
  { variables, complain }: CommandEnvironment,
): Promise<LoadedConfig | undefined> {
  const path = file ?? configFileOf(variables);
  if (path === undefined || path === '') {
    complain(
      'No configuration: name a file with --config FILE or in EXPRESSWAY_CONFIG.\n' +
        'To try Expressway out: expressway start --config config/development.yaml\n',
    );
    return undefined;
  }
  try {
    const loaded = await loadConfig(path, variables);
    for (const warning of loaded.warnings) complain(`warning: ${describeProblem(warning)}\n`);
    return loaded;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems } = error;
    const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
    complain(`${error.message}\n${count} in the configuration; nothing was started.\n`);
    return undefined;
  }
}
