import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { z } from 'zod';
import { WampSession, type WampSessionOptions } from '../../examples/wamp-session.js';
import {
  ABORT,
  accept,
  ERROR,
  GOODBYE,
  HELLO,
  INVOCATION,
  PUBLISH,
  refusePublish,
  REGISTER,
  REGISTERED,
  ScriptedRouter,
  YIELD,
} from './scripted-router.js';
import { recordingLog, silentLog } from './silent-log.js';

const TOPIC = 'com.example.status.changed';

describe('WampSession', () => {
  it('joins the realm under its authid, without any authentication method', async (t) => {
    const { router, session } = await connect(t);
    const [, realm, details] = await router.next(HELLO);
    equal(realm, 'realm1');
    equal(session.isOpen, true);
    const { roles, ...rest } = z.looseObject({ roles: z.looseObject({}) }).parse(details);
    deepEqual(rest, { authid: 'tester' });
    deepEqual(Object.keys(roles), ['caller', 'callee', 'publisher', 'subscriber']);
  });

  it('sends no header that only browsers send, which the trusted URL refuses', async (t) => {
    const { router } = await connect(t);
    const [headers = {}] = router.upgrades;
    deepEqual(
      Object.keys(headers).filter((name) => /^(sec-fetch-.*|origin|cookie)$/.test(name)),
      [],
    );
    equal(headers['sec-websocket-protocol'], 'wamp.2.json');
  });

  it('publishes with acknowledge, and resolves at PUBLISHED', async (t) => {
    const { router, session } = await connect(t);
    await session.publish(TOPIC, { user: 'ada' });
    deepEqual(await router.next(PUBLISH), [
      PUBLISH,
      2,
      { acknowledge: true },
      TOPIC,
      [],
      { user: 'ada' },
    ]);
  });

  it('rejects a publish that the router refuses, with its URI', async (t) => {
    const { router, session } = await connect(t);
    router.script = refusePublish;
    await rejects(session.publish(TOPIC, {}), {
      name: 'Refused',
      uri: 'wamp.error.not_authorized',
    });
    equal(session.isOpen, true);
  });

  it('rejects a publish whose connection is lost before the answer', async (t) => {
    const { router, session } = await connect(t);
    router.script = (message) => (message[0] === PUBLISH ? 'close' : accept(message));
    await rejects(session.publish(TOPIC, {}), { name: 'ConnectionLost' });
    equal(session.isOpen, false);
  });

  it('rejects a publish without a session', async (t) => {
    const session = new WampSession({ ...DEFAULTS, url: 'ws://127.0.0.1:1/', log: silentLog });
    t.after(() => session.close());
    await rejects(session.publish(TOPIC, {}), { name: 'ConnectionLost' });
  });

  it('gives a router up that does not answer a publish in time, and connects anew', async (t) => {
    const { router, session, opened } = await connect(t, { deadlineMs: 50 });
    router.script = (message) => (message[0] === PUBLISH ? 'silence' : accept(message));
    await rejects(session.publish(TOPIC, {}), { name: 'ConnectionLost' });
    await opened();
  });

  it('gives a router up that does not answer HELLO in time, and tries again', async (t) => {
    const router = await ScriptedRouter.start();
    t.after(() => router.close());
    router.script = () => 'silence';
    const session = new WampSession({
      ...DEFAULTS,
      url: router.url,
      log: silentLog,
      deadlineMs: 50,
    });
    t.after(() => session.close());
    await router.next(HELLO);
    await router.next(HELLO);
  });

  const endings = {
    'a cut connection': (router: ScriptedRouter): void => {
      router.cut();
    },
    'GOODBYE, after which autobahn alone would stay away': (router: ScriptedRouter): void => {
      router.send([GOODBYE, {}, 'wamp.close.system_shutdown']);
    },
  };
  for (const [name, end] of Object.entries(endings)) {
    it(`comes back after ${name}, and registers its procedures again`, async (t) => {
      const { router, session, opened } = await connect(t);
      await router.next(REGISTER);
      end(router);
      await opened();
      const [, , , procedure] = await router.next(REGISTER);
      equal(procedure, 'com.example.status.list');
      await session.publish(TOPIC, {});
    });
  }

  it('comes back after ABORT, and says why it was refused only once', async (t) => {
    const log = recordingLog();
    const router = await ScriptedRouter.start();
    t.after(() => router.close());
    router.script = () => [ABORT, { message: 'no' }, 'wamp.error.no_such_realm'];
    const session = new WampSession({ ...DEFAULTS, url: router.url, log });
    t.after(() => session.close());
    await router.next(HELLO);
    await router.next(HELLO);
    await router.next(HELLO);
    router.script = accept;
    await router.next(HELLO);
    const complaints = log.lines.filter((line) => line.includes('wamp.error.no_such_realm: no'));
    equal(complaints.length, 1);
  });

  it('finds a router that starts later', async (t) => {
    const early = await ScriptedRouter.start();
    const { port, url } = early;
    await early.close();
    const { promise, resolve } = signal();
    const session = new WampSession({ ...DEFAULTS, url, log: silentLog, onopen: resolve });
    t.after(() => session.close());
    const router = await ScriptedRouter.start(port);
    t.after(() => router.close());
    await promise;
    equal(session.isOpen, true);
  });

  it('answers a call with the args and kwargs of its procedure', async (t) => {
    const { router } = await connect(t);
    await router.next(REGISTER);
    router.send([INVOCATION, 7, REGISTRATION, {}]);
    deepEqual(await router.next(YIELD), [YIELD, 7, {}, [[1, 2]], { version: 3 }]);
  });

  it('answers a call with ERROR when its procedure fails, and keeps the cause to itself', async (t) => {
    const log = recordingLog();
    const fails = (): Promise<never> => Promise.reject(new Error('password=hunter2'));
    const { router } = await connect(t, {
      log,
      procedures: new Map([['com.example.status.list', fails]]),
    });
    await router.next(REGISTER);
    router.send([INVOCATION, 7, REGISTRATION, {}]);
    deepEqual(await router.next(ERROR), [
      ERROR,
      INVOCATION,
      7,
      {},
      'com.example.error.unavailable',
      ['the service cannot answer now'],
    ]);
    match(log.lines.join('\n'), /com\.example\.status\.list failed: .*hunter2/);
  });

  it('registers again when the router still holds the registration of a lost session', async (t) => {
    let refusals = 0;
    const router = await ScriptedRouter.start();
    t.after(() => router.close());
    router.script = (message) => {
      if (message[0] !== REGISTER || refusals > 0) return accept(message);
      refusals += 1;
      return [ERROR, REGISTER, message[1], {}, 'wamp.error.procedure_already_exists'];
    };
    const session = new WampSession({ ...DEFAULTS, url: router.url, log: silentLog });
    t.after(() => session.close());
    await router.next(REGISTER);
    await router.next(REGISTER);
    equal(refusals, 1);
  });

  it('says GOODBYE when closed, and does not come back', async (t) => {
    const { router, session } = await connect(t);
    await session.close();
    const [, , reason] = await router.next(GOODBYE);
    equal(reason, 'wamp.close.normal');
    equal(session.isOpen, false);
    await session.close();
    equal(router.upgrades.length, 1);
  });
});

const REGISTRATION = 4711;
const DEFAULTS = {
  realm: 'realm1',
  authid: 'tester',
  minRetryMs: 1,
  maxRetryMs: 4,
  procedures: new Map([
    ['com.example.status.list', () => Promise.resolve({ args: [[1, 2]], kwargs: { version: 3 } })],
  ]),
};

/** An open session. `opened` resolves when it has opened once more. */
async function connect(
  t: TestContext,
  options: Partial<WampSessionOptions> = {},
): Promise<{ router: ScriptedRouter; session: WampSession; opened: () => Promise<void> }> {
  const router = await ScriptedRouter.start();
  t.after(() => router.close());
  router.script = (message) =>
    message[0] === REGISTER ? [REGISTERED, message[1], REGISTRATION] : accept(message);
  let next = signal();
  const session = new WampSession({
    ...DEFAULTS,
    url: router.url,
    log: silentLog,
    onopen: () => {
      next.resolve();
    },
    ...options,
  });
  t.after(() => session.close());
  await next.promise;
  next = signal();
  return { router, session, opened: () => next.promise };
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
