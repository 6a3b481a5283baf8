import { startBareRouter } from './bare-router.js';
import { conformance } from './own-run.js';
import { serializersOf } from './wire/address.js';

const router = { name: 'the router alone', start: startBareRouter };

conformance({ ...router, entrance: 'rawsocket' }, serializersOf('rawsocket'));
conformance({ ...router, entrance: 'rawsocket by unix socket' }, ['json']);
