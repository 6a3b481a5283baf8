import { Command, InvalidArgumentError, Option } from 'commander';

import { CASES } from './cases.js';
import { formatDetails, formatTally, tally } from './report.js';
import type { Result } from './report.js';
import { learnFacts, runCase } from './run-case.js';
import type { Facts, Target } from './target.js';

interface Flags {
  readonly url: string;
  readonly realm: string;
  readonly topicPrefix: string;
  readonly jwt?: string;
  readonly refusedJwt: readonly string[];
  readonly openUrl?: string;
  readonly forbiddenPrefix?: string;
  readonly otherRealm?: string;
  readonly lenientIds: boolean;
  readonly oversized: number;
  readonly timeout: number;
  readonly handshakeTimeout: number;
  readonly filter?: string;
}

const command = new Command('conformance')
  .description('Runs the conformance suite for the WAMP Basic Profile against a router.')
  .requiredOption('--url <url>', 'WebSocket address of the router')
  .requiredOption('--realm <realm>', 'realm to join')
  .option('--topic-prefix <prefix>', 'what topics and procedures begin with', 'com.example.')
  .option('--jwt <token>', 'log in by authmethod jwt with this token')
  .addOption(new Option('--anonymous', 'log in without a token (the default)').conflicts('jwt'))
  .option('--refused-jwt <token...>', 'tokens that the router has to refuse', [])
  .option('--open-url <url>', 'a listener of the router that wants no authentication')
  .option('--forbidden-prefix <prefix>', 'what URIs begin with that the user may not use')
  .option('--other-realm <realm>', 'another realm that the user may join')
  .option('--lenient-ids', 'the listener does not insist on request ids 1, 2, 3 ...', false)
  .option('--oversized <bytes>', 'more than the router takes in one message', toNumber, 2 ** 20 + 1)
  .option('--timeout <ms>', 'how long to wait for a message', toNumber, 5_000)
  .option(
    '--handshake-timeout <ms>',
    'how long to wait for a handshake to be given up',
    toNumber,
    30_000,
  )
  .option('--filter <row>', 'only the cases of this row (PS-2) or group (PS)');

process.exitCode = await main(command.parse().opts<Flags>());

/** Runs the selected cases one after the other and prints how they ended. Gives the exit code. */
async function main(flags: Flags): Promise<number> {
  const selected = CASES.filter(({ rows }) => rows.some((row) => isSelected(row, flags.filter)));
  if (selected.length === 0) {
    console.error(`no case has a row ${String(flags.filter)}`);
    return 2;
  }
  const facts = await enter(toTarget(flags));
  if (facts === undefined) return 2;
  console.log(`announced: ${JSON.stringify(facts.roles)}`);
  const results: Result[] = [];
  for (const conformanceCase of selected) {
    const outcome = await runCase(conformanceCase, facts);
    results.push({ conformanceCase, outcome });
  }
  console.log(`${formatDetails(results)}\n\n${formatTally(tally(results))}`);
  return results.some(({ outcome }) => outcome.kind === 'failed') ? 1 : 0;
}

async function enter(target: Target): Promise<Facts | undefined> {
  try {
    return await learnFacts(target);
  } catch (error) {
    console.error(`no session at ${target.url}: ${String(error)}`);
    return undefined;
  }
}

function isSelected(row: string, filter: string | undefined): boolean {
  return filter === undefined || row === filter || row.startsWith(`${filter}-`);
}

function toTarget(flags: Flags): Target {
  return {
    url: flags.url,
    realm: flags.realm,
    prefix: flags.topicPrefix,
    token: flags.jwt,
    refusedTokens: flags.refusedJwt,
    openUrl: flags.openUrl,
    forbiddenPrefix: flags.forbiddenPrefix,
    otherRealm: flags.otherRealm,
    strictRequestIds: !flags.lenientIds,
    oversizedBytes: flags.oversized,
    timeoutMs: flags.timeout,
    handshakeTimeoutMs: flags.handshakeTimeout,
    startAnother: undefined,
  };
}

function toNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a positive integer');
  return value;
}
