import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BASELINE, CONTENDERS, ROUTER, type Contender } from './contender.js';
import { parseUrlContender } from './contenders/url-contender.js';
import type { Timing } from './measurements/entrant.js';
import { SCENARIOS, type Scenario } from './scenarios.js';

/** What the command line asks for. */
export interface BenchOptions {
  readonly mode: 'quick' | 'full';
  readonly scenarios: readonly Scenario[];
  readonly contenders: readonly Contender[];
  readonly timing: Timing;
  readonly jsonFile: string | undefined;
  /** Where the document, the plot and the raw rows are written; undefined for nowhere. */
  readonly outputDirectory: string | undefined;
  readonly profileDirectory: string | undefined;
}

/** The command line makes no sense; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const QUICK: Timing = { warmUpMs: 1_000, measureMs: 1_000, repetitions: 5 };
const FULL: Timing = { warmUpMs: 1_500, measureMs: 2_000, repetitions: 5 };

const DOCUMENT_DIRECTORY = fileURLToPath(new URL('../../docs', import.meta.url));

/** What makes a run less than the one that the document is of. */
const PARTIAL = ['quick', 'scenario', 'contender', 'repetitions', 'seconds', 'profile'] as const;

/** Reads the arguments after the program's name; undefined when help is asked for. Throws UsageError. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const mode = values.quick === true ? 'quick' : 'full';
  const timing = mode === 'quick' ? QUICK : FULL;
  return {
    mode,
    scenarios: chooseScenarios(values.scenario, mode),
    contenders: [...chooseContenders(values.contender, mode), ...byUrl(values.url ?? [])],
    timing: {
      ...timing,
      repetitions: positive('--repetitions', values.repetitions, timing.repetitions),
      measureMs: 1000 * positive('--seconds', values.seconds, timing.measureMs / 1000),
    },
    jsonFile: values.json,
    outputDirectory: outputDirectory(values),
    profileDirectory: values.profile,
  };
}

/** The text of `--help`. */
export function helpText(): string {
  return `Usage: npm run bench -- [options]

Measures the router's CPU time per delivery and per call against a bare ws server in the same run.
Exit code: 0 all bounds met, 1 a bound missed or a message lost, 2 wrong usage.

Options:
  --quick             two scenarios within a minute, with wider bounds
  --scenario NAME     only this one; may be repeated
  --contender NAME    only this one beside ${BASELINE}; may be repeated
  --url NAME=URL      also the router that runs at this ws:// URL; may be repeated. Behind the URL may follow
                      ,realm=R (else realm1)  ,authid=A,ticket=T (else anonymous)  ,pid=N (else no CPU times)
  --repetitions N     turns of each contender (quick ${QUICK.repetitions}, else ${FULL.repetitions})
  --seconds S         length of a turn (quick ${QUICK.measureMs / 1000}, else ${FULL.measureMs / 1000})
  --json FILE         write every repetition, with machine, versions and commit
  --write             write docs/performance.md, .svg and .json although not all was measured; a run
                      without any option above but --url and --json always does
  --no-write          never write them
  --output DIR        write them there
  --profile DIR       leave a CPU profile of ${ROUTER} there; its ratios then say little
  --help              this text

Scenarios (* in --quick):
${list(SCENARIOS.map(({ name, title, bounds }) => [name + (bounds.quick === undefined ? '' : ' *'), title]))}

Contenders:
${list(CONTENDERS.map(({ name, description }) => [name, description]))}
`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        quick: { type: 'boolean' },
        scenario: { type: 'string', multiple: true },
        contender: { type: 'string', multiple: true },
        repetitions: { type: 'string' },
        seconds: { type: 'string' },
        json: { type: 'string' },
        url: { type: 'string', multiple: true },
        write: { type: 'boolean' },
        output: { type: 'string' },
        profile: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function chooseScenarios(names: readonly string[] | undefined, mode: string): readonly Scenario[] {
  if (names === undefined) {
    return SCENARIOS.filter(({ bounds }) => mode === 'full' || bounds.quick !== undefined);
  }
  return choose('--scenario', names, SCENARIOS);
}

/** The baseline always takes part; the rest as asked, or all in the full mode and the router in the quick one. */
function chooseContenders(
  names: readonly string[] | undefined,
  mode: string,
): readonly Contender[] {
  if (names === undefined && mode === 'full') return CONTENDERS;
  return choose('--contender', [...(names ?? [ROUTER]), BASELINE], CONTENDERS);
}

function byUrl(texts: readonly string[]): readonly Contender[] {
  const taken = CONTENDERS.map(({ name }) => name);
  return texts.map((text) => {
    try {
      const contender = parseUrlContender(text);
      if (taken.includes(contender.name)) throw new SyntaxError(`${contender.name} is taken`);
      taken.push(contender.name);
      return contender;
    } catch (error) {
      if (error instanceof SyntaxError) throw new UsageError(`--url ${text}: ${error.message}`);
      throw error;
    }
  });
}

/** A document is of a full run, unless it is asked for. */
function outputDirectory(values: ReturnType<typeof parse>): string | undefined {
  const { write, output } = values;
  if (write === false && output !== undefined) {
    throw new UsageError('--no-write and --output contradict each other');
  }
  if (output !== undefined) return output;
  const isPartial = PARTIAL.some((option) => values[option] !== undefined);
  return (write ?? !isPartial) ? DOCUMENT_DIRECTORY : undefined;
}

/** Those of `all` that are named, in the order of `all`. */
function choose<Item extends { readonly name: string }>(
  option: string,
  names: readonly string[],
  all: readonly Item[],
): readonly Item[] {
  const known = all.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`${option} ${unknown}: expected one of ${known.join(', ')}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

function positive(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  const isWhole = option !== '--repetitions' || Number.isInteger(value);
  if (!isWhole) throw new UsageError(`${option} ${text}: expected a whole number`);
  if (!(value > 0 && value <= 1000)) {
    throw new UsageError(`${option} ${text}: expected a number above 0, at most 1000`);
  }
  return value;
}

function list(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `  ${name.padEnd(22)}${text}`).join('\n');
}
