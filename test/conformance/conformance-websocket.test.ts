import { conformance } from './own-run.js';
import { OWN_RUNS } from './own-runs.js';

for (const run of OWN_RUNS.websocket) conformance(run);
