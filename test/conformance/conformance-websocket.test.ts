import { startBareRouter } from './bare-router.js';
import { conformance } from './own-run.js';
import { SERIALIZERS } from './wire/wire-format.js';

const router = { name: 'the router alone', start: startBareRouter };

conformance({ ...router, entrance: 'websocket' }, SERIALIZERS);
