import { startBareRouter } from './bare-router.js';
import { conformance } from './own-run.js';

const router = { name: 'the router alone', start: startBareRouter };

conformance({ ...router, entrance: 'longpoll' }, [
  'json',
  'cbor',
  'json.batched',
  'msgpack.batched',
]);
