import { ADVANCED_GROUPS, ADVANCED_ROWS, ADVANCED_WITHOUT_CASE } from './advanced-rows.js';

/** How binding a row is: MUST, SHOULD, MAY, derived from normative text, ambiguous (decided by us). */
export type Strength = 'M' | 'S' | 'm' | 'D' | 'A';

/** A row of the catalogue of what the WAMP specification asks of a router. */
export interface Row {
  readonly id: string;
  readonly group: string;
  readonly strength: Strength;
  /** Why the suite has no case for it. */
  readonly reason: string | undefined;
}

/** The groups of rows that the suite covers, with their sections of the specification. */
export const GROUPS: Readonly<Record<string, string>> = {
  WS: 'WebSocket transport (2.3)',
  SER: 'Serialization (2.2)',
  MSG: 'Message format (3)',
  ID: 'Ids (2.1.2)',
  URI: 'URIs (2.1.1)',
  SES: 'Session lifecycle (4)',
  PV: 'Protocol violations (2.3.3)',
  ORD: 'Ordering (7.1)',
  PS: 'PubSub (5)',
  BW: 'Black- and whitelisting (12.1)',
  PX: 'Publisher exclusion (12.2)',
  PI: 'Publisher identification (12.3)',
  RP: 'RPC (6)',
  CA: 'Call canceling (11.4)',
  CI: 'Caller identification (11.6)',
  AU: 'Authentication (13)',
  CM: 'Authentication by token (13)',
  AZ: 'Authorization (13.6)',
  BAT: 'Batches (15.2)',
  RS: 'RawSocket (15.1)',
  LP: 'HTTP long-poll (15.3)',
  P: 'Payload abuse (2.2)',
  ...ADVANCED_GROUPS,
};

const STRENGTHS: Readonly<Record<Strength, string>> = {
  M: `WS-1 WS-2 WS-3 WS-5 WS-6 WS-7 WS-8 WS-9 WS-10 WS-11 WS-12 SER-3 SER-4 SER-5 SER-6 SER-7 SER-2 SER-12
    SER-15 SER-16 MSG-1 MSG-2 MSG-3 MSG-4 MSG-5 MSG-6 MSG-7 MSG-8 MSG-9 MSG-10 MSG-12 MSG-13 MSG-15 ID-1 ID-2
    ID-3 ID-4 ID-5 ID-6 ID-7 ID-8 ID-9 ID-10 ID-13 ID-16 URI-1 URI-2 URI-3 URI-4 URI-7 URI-8 URI-11 SES-1 SES-2
    SES-3 SES-7 SES-8 SES-9 SES-11 SES-13 SES-14 SES-16 SES-17 SES-18 SES-19 SES-20 PV-1 PV-2 PV-3 PV-4 PV-5
    PV-6 PV-8 PV-9 PV-10 PV-15 PV-16 PV-20 ORD-1 ORD-2 ORD-3 ORD-4 ORD-5 PS-1 PS-5 PS-6 PS-8 PS-9 PS-10 PS-11
    PS-12 PS-13 BW-1 BW-2 BW-3 BW-4 BW-5 BW-6 BW-7 BW-8 BW-9 BW-10 PX-1 PI-1 RP-1 RP-2 RP-3 RP-4 RP-5 RP-6 RP-7
    RP-8 RP-10 RP-11 RP-12 RP-13 RP-14 CA-1 CA-2 CA-3 CA-4 CI-1 AU-1 AU-2 AU-3 AU-9 AU-10 AZ-1 AZ-3
    BAT-2 BAT-3 BAT-4 BAT-6 RS-1 RS-2 RS-3 RS-4 RS-5 RS-7 RS-8 RS-9 RS-10 RS-11 RS-13 LP-1 LP-2 LP-3 LP-4 LP-5
    LP-6 LP-7 LP-9`,
  S: 'SER-1 MSG-17 URI-9 PV-17',
  m: 'WS-4 WS-13 WS-16 SES-4 SES-5 PV-18 ORD-6 ORD-7 PI-2 PI-4 RP-18 CI-2 CI-3 CI-6 AU-14 CM-5 AZ-6 RS-6',
  D: `WS-14 WS-15 SER-9 SER-10 SER-11 SER-13 SER-17 SER-19 SER-20 MSG-14 MSG-18 MSG-19 MSG-20 MSG-21 ID-11 ID-12
    ID-14 ID-15 URI-10 URI-12 URI-13 URI-14 URI-15 URI-16 SES-10 SES-12 SES-15 SES-21 SES-23 SES-24 SES-25 PV-7
    PV-13 PV-14 PV-19 ORD-8 ORD-9 ORD-10 PS-2 PS-3 PS-4 PS-7 PS-14 PS-15 PS-16 BW-11 BW-12 BW-13 PX-2 PX-3 PI-3
    RP-9 RP-16 RP-17 RP-19 CA-5 CA-8 CA-9 CA-10 CA-11 CA-12 CI-4 AU-4 AU-5 AU-6 AU-7 AU-8 AU-11 AU-12 AU-13
    AU-15 AU-16 CM-1 CM-2 CM-3 CM-4 AZ-2 AZ-4 AZ-5
    BAT-1 BAT-7 BAT-8 RS-12 RS-14 RS-15 LP-8 LP-10 P-2 P-3 P-4 P-5`,
  A: `SER-8 SER-14 SER-18 MSG-11 MSG-16 URI-5 URI-6 URI-17 SES-6 SES-22 PV-11 PV-12 PS-17 PI-5 RP-15 CA-6 CA-7
    CA-13 CI-5 BAT-5`,
};

const CONFIGURED = 'depends on how the router is configured for a topic or procedure';
const INSIDE = 'cannot be provoked from outside';

/** Rows without a case, each with the reason. */
const WITHOUT_CASE: ReadonlyMap<string, string> = new Map([
  [
    'RS-6',
    'takes a router that refuses a length or has too many connections: see the tests of its listener',
  ],
  ['ID-13', 'takes 2^53 requests: see test/router/protocol/id.test.ts'],
  ['ORD-5', `a slow authorizer ${INSIDE}: see test/router/realm.test.ts`],
  ['RP-18', CONFIGURED],
  ['AU-6', `a failing authenticator ${INSIDE}: see test/router/handshake.test.ts`],
  ['AU-8', 'takes a user whose role the realm does not have: see test/router/handshake.test.ts'],
  ['AU-14', 'there is no second factor'],
  ['CM-2', 'the suite logs in by authmethod jwt'],
  ['AZ-3', `a failing authorizer ${INSIDE}: see test/router/realm.test.ts`],
  ['AZ-4', 'every user may join a realm that has a role for him'],
  ['AZ-6', 'there are no capabilities'],
  ...ADVANCED_WITHOUT_CASE,
]);

/** The rows of the groups above. */
export const ROWS: readonly Row[] = (['M', 'S', 'm', 'D', 'A'] as const).flatMap((strength) =>
  `${STRENGTHS[strength]} ${ADVANCED_ROWS[strength]}`.split(/\s+/).map((id) => ({
    id,
    group: id.slice(0, id.indexOf('-')),
    strength,
    reason: WITHOUT_CASE.get(id),
  })),
);
