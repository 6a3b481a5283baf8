import type { UserEntry } from '../auth/users/memory-users.js';
import type { Config } from '../config/config.js';
import type { LoadedConfig } from '../config/load.js';
import { createPinoLogger, type PinoLogger } from '../pino-logger.js';
import type { Logger } from '../router/index.js';
import { banner, type Addresses } from './banner.js';
import type { CommandEnvironment } from './command-environment.js';
import { loadConfiguration } from './configuration.js';
import { ExitCode } from './exit-code.js';
import { explainStartFailure } from './start-failure.js';
import { awaitStopRequest } from './stop-request.js';

/** An application that runs until it is closed. */
export interface RunningApplication extends Addresses {
  reload(): Promise<void>;
  close(mode: 'restart'): Promise<void>;
}

/** Starts the application that a configuration describes. */
export type StartApplication = (options: {
  readonly config: Config;
  readonly users: readonly UserEntry[];
  readonly logger: Logger;
  readonly reload: () => Promise<LoadedConfig>;
}) => Promise<RunningApplication>;

// What closing may take beyond the drain that is configured.
const CLOSE_MARGIN_MS = 10_000;

/**
 * `expressway start`: runs the application until SIGINT or SIGTERM, then lets it drain; a second signal ends the process at once. At SIGHUP
 * the configuration is read again. What people want to know goes to the standard output, the log to the standard error. An error that
 * nobody caught ends the process too, after the same drain: nobody knows what state it has left.
 */
export async function start(
  file: string | undefined,
  environment: CommandEnvironment,
  startApplication: StartApplication,
): Promise<ExitCode> {
  const loaded = await loadConfiguration(file, environment);
  if (loaded === undefined) return ExitCode.usage;
  const { config, users, reload } = loaded;
  const logger = createPinoLogger(config.log);
  const endAtOnce = (): void => {
    void logger.flush().then(() => {
      environment.exit(ExitCode.failed);
    });
  };
  const stop = awaitStopRequest(environment.events, endAtOnce);
  let application: RunningApplication | undefined;
  // From the beginning: without a listener the signal ends the process.
  environment.events.on('SIGHUP', () => {
    // What goes wrong is told by the log.
    application?.reload().catch(() => undefined);
  });
  try {
    application = await startApplication({ config, users, logger, reload });
    environment.print(banner(application, config, users));
    const request = await stop;
    if (request.kind === 'signal') logger.info({ signal: request.signal }, 'stopping');
    else logger.error({ error: request.cause }, 'stopping after an error that nobody caught');
    const isDrained = await closeInTime(application, config.drain.durationMs + CLOSE_MARGIN_MS);
    if (!isDrained) logger.error({}, 'closing took too long and was given up');
    return isDrained && request.kind === 'signal' ? ExitCode.ok : ExitCode.failed;
  } catch (error) {
    return reportFailure(error, { config, logger, environment });
  } finally {
    await logger.flush();
  }
}

async function closeInTime(application: RunningApplication, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, deadlineMs, false);
  });
  try {
    return await Promise.race([application.close('restart').then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

interface FailureContext {
  readonly config: Config;
  readonly logger: PinoLogger;
  readonly environment: CommandEnvironment;
}

function reportFailure(error: unknown, { config, logger, environment }: FailureContext): ExitCode {
  const explanation = explainStartFailure(error, config);
  if (explanation === undefined) logger.error({ error }, 'the application has failed');
  else environment.complain(explanation);
  return ExitCode.failed;
}
