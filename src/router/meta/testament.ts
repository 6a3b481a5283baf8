import type { Publish } from '../protocol/message.js';

/** When a testament is published: without session resumption both come at the end of the session, `detached` first (WAMP, Session Testament). */
export type TestamentScope = 'detached' | 'destroyed';

/** What is published when a session ends. */
export type Testament = Publish;
