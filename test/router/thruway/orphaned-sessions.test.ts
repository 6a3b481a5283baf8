import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '../../../src/router/logger.js';
import { Dealer } from '../../../src/router/dealer/dealer.js';
import { WampError } from '../../../src/router/protocol/errors.js';
import type { Register } from '../../../src/router/protocol/message.js';
import type { Session } from '../../../src/router/session.js';
import { OrphanedSessions } from '../../../src/router/thruway/orphaned-sessions.js';
import { recordingSession, recordingTransport } from '../../support/recording-session.js';
import { toMessage } from '../../support/wire.js';

const REPLACE = { replace_orphaned_session: 'yes' };

/** A dealer with a holder of `a.b` that gives this sign of life, and a session that comes for it. */
function stage(isAlive: boolean) {
  const dealer = new Dealer({ callTimeoutMs: 0 });
  const refused: string[] = [];
  const orphans = new OrphanedSessions({
    registrations: () => dealer.registrations,
    register: (session, message) => {
      dealer.register(session, message);
    },
    fail: (_session, _message, error) => {
      if (error instanceof WampError) refused.push(error.uri);
    },
    logger: silentLogger,
  });
  const transport = { ...recordingTransport(), probe: () => Promise.resolve(isAlive) };
  const holder = recordingSession({
    transport,
    onend: () => {
      dealer.removeSession(holder.session);
    },
  });
  const newcomer = recordingSession();
  const register = (session: Session, options = {}): void => {
    const message = toMessage([64, 1, options, 'a.b']);
    orphans.register(session, message as Register);
  };
  register(holder.session);
  return { dealer, refused, transport, holder, newcomer, register };
}

/** All promises that are settled by now have told so. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('replace_orphaned_session', () => {
  it('takes the procedure from a session that gives no sign of life, which is closed', async () => {
    const { dealer, transport, newcomer, register } = stage(false);
    register(newcomer.session, REPLACE);
    await settled();
    deepEqual(transport.done, ['close 4411 no sign of life']);
    deepEqual(dealer.registrations.lookup('a.b', 'exact')?.callees, [newcomer.session]);
  });

  it('leaves the procedure to a session that does', async () => {
    const { dealer, refused, transport, newcomer, register } = stage(true);
    register(newcomer.session, REPLACE);
    await settled();
    deepEqual(refused, ['wamp.error.procedure_already_exists']);
    deepEqual(transport.done, []);
    deepEqual(dealer.registrations.lookup('a.b', 'exact')?.callees.length, 1);
  });

  it('holds the messages of the session that asks meanwhile', async () => {
    const { newcomer, register } = stage(true);
    register(newcomer.session, REPLACE);
    deepEqual(newcomer.transport.done, ['pause']);
    await settled();
    deepEqual(newcomer.transport.done, ['pause', 'resume']);
  });

  it('registers what its holder gives up while it is asked', async () => {
    const { dealer, refused, holder, newcomer, register } = stage(true);
    register(newcomer.session, REPLACE);
    dealer.removeSession(holder.session);
    await settled();
    deepEqual(refused, []);
    deepEqual(dealer.registrations.lookup('a.b', 'exact')?.callees, [newcomer.session]);
  });

  it('registers at once what nobody holds', () => {
    const { dealer, holder, newcomer, register } = stage(true);
    dealer.removeSession(holder.session);
    register(newcomer.session, REPLACE);
    deepEqual(dealer.registrations.lookup('a.b', 'exact')?.callees, [newcomer.session]);
  });
});
