import { startApplicationTarget } from './application-target.js';
import { conformance } from './own-run.js';

const application = { name: 'the application', start: startApplicationTarget };

conformance({ ...application, entrance: 'websocket' }, ['json', 'msgpack.batched']);
conformance({ ...application, entrance: 'rawsocket' }, ['cbor']);
conformance({ ...application, entrance: 'longpoll' }, ['json']);
