import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { check } from './check.js';
import { addCredentials } from './credentials.js';
import type { CommandEnvironment } from './command-environment.js';
import { ExitCode } from './exit-code.js';
import { hashPassword } from './hash-password.js';
import { start, type StartApplication } from './start.js';

interface ConfigOption {
  readonly config?: string;
}

/** Runs the command that `args` (without node and script) name; gives the code to exit with. */
export async function run(
  args: readonly string[],
  environment: CommandEnvironment,
  startApplication: StartApplication,
): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const program = createProgram(environment);
  withConfig(program.command('start').description('run the router with its web pages')).action(
    async ({ config }: ConfigOption) => {
      code = await start(config, environment, startApplication);
    },
  );
  withConfig(
    program.command('check').description('check a configuration and say all that is wrong with it'),
  ).action(async ({ config }: ConfigOption) => {
    code = await check(config, environment);
  });
  program
    .command('hash-password')
    .description('read a password from the standard input and print its hash for the users file')
    .action(async () => {
      code = await hashPassword(environment);
    });
  addCredentials(program, environment, (end) => {
    code = end;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
}

function createProgram({ print, complain }: CommandEnvironment): Command {
  return new Command('expressway')
    .description('A WAMP v2 router in an Express application that issues short-lived JWTs.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: complain })
    .showHelpAfterError('(expressway --help tells what there is)');
}

const withConfig = (command: Command): Command =>
  command.option('-c, --config <file>', 'configuration file (default: EXPRESSWAY_CONFIG)');

function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const content: unknown = JSON.parse(text);
  const hasVersion = typeof content === 'object' && content !== null && 'version' in content;
  return hasVersion ? String(content.version) : 'unknown';
}
