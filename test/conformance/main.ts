import { Command, InvalidArgumentError, Option } from 'commander';

import { CASES } from './cases.js';
import type { ConformanceCase } from './conformance-case.js';
import { formatDetails, formatTally, tally } from './report.js';
import type { Result } from './report.js';
import { learnFacts, runCase } from './run-case.js';
import type { Facts, Target } from './target.js';
import { ADDRESS_FORMS, parseAddress, serializersOf } from './wire/address.js';
import { SERIALIZERS } from './wire/wire-format.js';
import type { SerializerName } from './wire/wire-format.js';

interface Flags {
  readonly url: string;
  readonly serializer: readonly (SerializerName | 'all')[];
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
  readonly unrestrictedRealm?: string;
  readonly strictRealm?: string;
  readonly mayKill?: boolean;
  readonly withoutMetaUrl?: string;
  readonly historyPrefix?: string;
  readonly unretainedRealm?: string;
  readonly disclosingRealm?: string;
  readonly undisclosedRealm?: string;
  readonly trustLevel?: number;
}

const command = new Command('conformance')
  .description('Runs the WAMP conformance suite against a router.')
  .requiredOption('--url <url>', `address of the router: ${ADDRESS_FORMS}`, toUrl)
  .requiredOption('--realm <realm>', 'realm to join')
  .addOption(
    new Option('--serializer <name...>', 'what to speak, one run for each')
      .choices([...SERIALIZERS, 'all'])
      .default(['json']),
  )
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
  .option('--unrestricted-realm <realm>', 'a realm in which the user may do everything')
  .option('--strict-realm <realm>', 'a realm that takes only URIs of the strict rule')
  .option('--may-kill', 'the run may end every session of the realm')
  .option('--without-meta-url <url>', 'a listener whose users may not use the meta API')
  .option(
    '--history-prefix <prefix>',
    'behind it, topic, log.auth, log.basket and the prefix log have event history',
  )
  .option('--unretained-realm <realm>', 'a realm without retention')
  .option('--disclosing-realm <realm>', 'a realm that discloses everybody unasked')
  .option('--undisclosed-realm <realm>', 'a realm that discloses nobody')
  .option('--trust-level <level>', 'the trust level of the user', toNumber)
  .option('--filter <row>', 'only the cases of this row (PS-2) or group (PS)');

process.exitCode = await main(command.parse().opts<Flags>());

/** Runs the selected cases over each wire and prints how they ended. Gives the exit code. */
async function main(flags: Flags): Promise<number> {
  const selected = CASES.filter(({ rows }) => rows.some((row) => isSelected(row, flags.filter)));
  if (selected.length === 0) {
    console.error(`no case has a row ${String(flags.filter)}`);
    return 2;
  }
  const serializers = chosenSerializers(flags);
  const results: Result[] = [];
  let entered = 0;
  for (const serializer of serializers) {
    const facts = await enter(toTarget(flags, serializer));
    if (facts === undefined) continue;
    entered += 1;
    console.log(`\n${flags.url} in ${serializer}, announced: ${JSON.stringify(facts.roles)}`);
    const those = await runAll(selected, facts);
    console.log(`${formatDetails(those)}\n\n${formatTally(tally(those))}`);
    results.push(...those);
  }
  if (entered > 1) console.log(`\nover all of them\n\n${formatTally(tally(results))}`);
  // A router need not speak every serializer, but it has to be there, and in those that it was said to speak.
  if (entered === 0 || (entered < serializers.length && !flags.serializer.includes('all')))
    return 2;
  return results.some(({ outcome }) => outcome.kind === 'failed') ? 1 : 0;
}

/** Runs cases one after the other. */
async function runAll(cases: readonly ConformanceCase[], facts: Facts): Promise<Result[]> {
  const results: Result[] = [];
  for (const conformanceCase of cases)
    results.push({ conformanceCase, outcome: await runCase(conformanceCase, facts) });
  return results;
}

function chosenSerializers({ url, serializer }: Flags): readonly SerializerName[] {
  const all = serializersOf(parseAddress(url).transport);
  return serializer.flatMap((name) => (name === 'all' ? all : [name]));
}

async function enter(target: Target): Promise<Facts | undefined> {
  try {
    return await learnFacts(target);
  } catch (error) {
    console.error(`no session at ${target.url} in ${target.serializer}: ${String(error)}`);
    return undefined;
  }
}

function isSelected(row: string, filter: string | undefined): boolean {
  return filter === undefined || row === filter || row.startsWith(`${filter}-`);
}

function toTarget(flags: Flags, serializer: SerializerName): Target {
  return {
    url: flags.url,
    serializer,
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
    unrestrictedRealm: flags.unrestrictedRealm,
    strictRealm: flags.strictRealm,
    mayKill: flags.mayKill,
    withoutMetaUrl: flags.withoutMetaUrl,
    historyPrefix: flags.historyPrefix,
    unretainedRealm: flags.unretainedRealm,
    disclosingRealm: flags.disclosingRealm,
    undisclosedRealm: flags.undisclosedRealm,
    trustLevel: flags.trustLevel,
  };
}

function toUrl(text: string): string {
  try {
    parseAddress(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(String(error));
  }
}

function toNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a positive integer');
  return value;
}
