import type { Strength } from './rows.js';

/** The groups of rows on the Advanced Profile, with their sections of the specification. */
export const ADVANCED_GROUPS: Readonly<Record<string, string>> = {
  PT: 'Pattern-based subscription (12.5)',
  RT: 'Event retention (12.8)',
  EH: 'Event history (12.7)',
  SV: 'Subscription revocation (12.9)',
  TE: 'Session testament (12.10)',
  TL: 'Publication trust levels (12.4)',
  PR: 'Progressive call results (11.1)',
  PC: 'Progressive invocations (11.2)',
  TO: 'Call timeout (11.3)',
  RR: 'Call re-routing (11.5)',
  CL: 'Call trust levels (11.7)',
  PG: 'Pattern-based registration (11.8)',
  SR: 'Shared registration (11.9)',
  RV: 'Registration revocation (11.11)',
  MG: 'Meta API (10)',
  MS: 'Session meta API (10.1)',
  MR: 'Registration meta API (10.2)',
  MU: 'Subscription meta API (10.3)',
  PP: 'Payload passthru mode (14.1)',
};

/** The rows of these groups, by how binding they are. */
export const ADVANCED_ROWS: Readonly<Record<Strength, string>> = {
  M: `PT-1 PT-2 PT-3 PT-5 PT-6 PT-7 PT-8 RT-1 RT-2 RT-3 RT-4 RT-5 EH-1 EH-2 EH-3 EH-4 EH-5 EH-6 EH-7 EH-8 EH-9
    EH-10 EH-11 EH-12 SV-1 SV-2 TE-1 TE-4 TE-5 TE-6 TE-7 TE-8 TE-9 TE-13 PR-1 PR-2 PR-3 PR-4 PR-5 PR-6 PR-7 PR-8
    PR-9 PR-11 PC-1 PC-2 PC-3 PC-4 PC-5 PC-6 PC-7 PC-8 PC-9 PC-12 PC-13 PC-15 PC-16 PC-17 PC-20 TO-1 TO-2 TO-3
    TO-4 TO-5 TO-6 TO-7 TO-8 TO-10 RR-1 RR-2 RR-3 RR-4 RR-5 RR-6 PG-1 PG-2 PG-3 PG-4 PG-5 PG-6 PG-7 SR-1 SR-2
    SR-3 SR-4 SR-5 RV-1 RV-2 MG-1 MS-1 MS-2 MS-3 MS-7 MS-8 MS-9 MS-10 MS-11 MS-12 MS-13 MS-14 MS-15 MS-16 MS-17
    MS-20 MR-1 MR-2 MR-3 MR-4 MR-6 MR-7 MR-8 MR-9 MR-10 MR-11 MR-12 MR-13 MR-15 MU-1 MU-2 MU-4 MU-5 MU-6 MU-7
    MU-8 MU-9 MU-10 MU-11 MU-12 MU-13 PP-1 PP-2 PP-3 PP-4 PP-5 PP-6 PP-7 PP-8 PP-9 PP-10`,
  S: 'PC-14',
  m: 'TL-1 RT-11 PC-10 TO-9 CL-1',
  D: `PT-4 PT-9 PT-10 PT-11 RT-6 RT-7 RT-8 RT-12 EH-13 SV-3 TE-2 TE-3 TE-10 TE-11 TE-12 PC-18 PC-19 TO-12 RR-7
    RR-8 PG-8 PG-9 PG-10 PG-11 SR-6 SR-7 SR-8 SR-11 MG-2 MG-3 MG-4 MG-5 MG-7 MS-4 MS-5 MS-6 MS-19 MR-5 MU-3
    PP-11`,
  A: 'RT-9 RT-10 EH-14 EH-15 PR-10 PC-11 TO-11 SR-9 SR-10 MG-6 MS-18 MU-15',
};

/** Those of them without a case, each with the reason. */
export const ADVANCED_WITHOUT_CASE: readonly (readonly [row: string, reason: string])[] = [
  ['TO-9', 'whether a router overrides forward_timeout is a matter of its configuration'],
];
