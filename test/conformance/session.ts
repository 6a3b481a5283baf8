import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { ANNOUNCEABLE } from './features.js';
import { abort, anyDict, anyId, anyUri, error, isDict, matches } from './pattern.js';
import { challenges, knowsOpenUrl, knowsOtherRealm, mayShutDown } from './target.js';
import type { Peer } from './peer.js';
import { ensure } from './transcript.js';

const GOODBYE = [6, {}, 'wamp.close.normal'];
const GOODBYE_REPLY = [6, anyDict, 'wamp.close.goodbye_and_out'];

/** Session lifecycle (WAMP 4): how it begins. */
export const sessionOpeningCases: readonly ConformanceCase[] = [
  conforms(
    'SES-1',
    'answers HELLO with WELCOME where no authentication is needed',
    async (c) => {
      const url = c.target.openUrl ?? c.target.url;
      const peer = await c.connect('peer', { url });
      peer.send([1, c.target.realm, { roles: { publisher: {} } }]);
      await peer.expect([2, anyId, anyDict]);
    },
    knowsOpenUrl,
  ),

  conforms('SES-2', 'announces the role broker or dealer in WELCOME', async (c) => {
    const roles = (await c.join('peer')).welcome['roles'];
    ensure(isDict(roles), `roles are ${JSON.stringify(roles)}`);
    const served = Object.keys(roles).filter((role) => role === 'broker' || role === 'dealer');
    ensure(
      served.length > 0 && served.every((role) => isDict(roles[role])),
      `roles are ${JSON.stringify(roles)}`,
    );
  }),

  conforms('SES-3', 'announces only features that the specification names', async (c) => {
    const roles = (await c.join('peer')).welcome['roles'];
    for (const role of ['broker', 'dealer'] as const) {
      const described = isDict(roles) ? roles[role] : undefined;
      const features = (isDict(described) ? described['features'] : undefined) ?? {};
      ensure(isDict(features), `features of ${role} are ${JSON.stringify(features)}`);
      for (const [key, value] of Object.entries(features))
        ensure(
          ANNOUNCEABLE[role].has(key) && typeof value === 'boolean',
          `${role} announces ${key}: ${JSON.stringify(value)}`,
        );
    }
  }),

  conforms('SES-4', 'takes HELLO with and without agent', async (c) => {
    await c.join('without');
    const { welcome } = await c.join('with', { details: { agent: 'conformance' } });
    const agent = welcome['agent'];
    ensure(agent === undefined || typeof agent === 'string', `agent is ${JSON.stringify(agent)}`);
  }),

  conforms('SES-5', 'refuses an unknown realm with ABORT wamp.error.no_such_realm', async (c) => {
    for (const realm of ['conformance.unknown.realm', '__proto__', 'constructor']) {
      const peer = await c.connect('peer');
      peer.send(c.hello({ realm }));
      await peer.expect(abort('wamp.error.no_such_realm'));
      await peer.dispose();
    }
  }),

  conforms('SES-6', 'refuses HELLO without any role of a client', async (c) => {
    const wrong = [undefined, {}, { wizard: {} }, { broker: {}, dealer: {} }];
    for (const roles of wrong) {
      const peer = await c.connect('peer');
      peer.send(c.hello({ details: { roles } }));
      await peer.expectViolation();
      await peer.dispose();
    }
  }),

  conforms('SES-7', 'ignores unknown roles, features and attributes in HELLO', async (c) => {
    const features = { unknown_feature: true, another: { deep: 1 } };
    const roles = { subscriber: { features, unknown_attribute: 1 }, wizard: { features } };
    const peer = await c.join('peer', { roles, details: { xyzzy: [1], _private_key: null } });
    await peer.subscribe(c.uri('topic'));
  }),

  conforms('SES-8', 'takes any first message but HELLO and ABORT for a violation', async (c) => {
    const first = [
      [6, {}, 'wamp.close.normal'],
      [8, 68, 1, {}, 'com.example.e'],
      [32, 1, {}, 'a.b'],
    ];
    for (const message of first) {
      const peer = await c.connect('peer');
      peer.send(message);
      await peer.expectViolation();
      await peer.dispose();
    }
  }),

  conforms('SES-9', 'ends a session that sends a second HELLO', async (c) => {
    const peer = await c.join('peer');
    const ended = await c.witness(peer);
    peer.send(c.hello());
    await peer.expectViolation();
    await ended();
  }),

  conforms(
    'SES-10',
    'opens no session for who does not answer a pending CHALLENGE',
    async (c) => {
      for (const message of [c.hello(), [32, 1, {}, c.uri('a')], GOODBYE]) {
        const peer = await c.connect('peer');
        peer.send(c.hello());
        await peer.expect([4, 'jwt', anyDict]);
        peer.sendTogether([message, [5, c.token, {}]]);
        await peer.expectViolation();
        await peer.closed();
        await peer.dispose();
      }
    },
    challenges,
  ),

  conforms('SES-22', 'serves a client in roles that it did not announce', async (c) => {
    const peer = await c.join('peer', { roles: { publisher: {} } });
    const subscription = await peer.subscribe(c.uri('topic'));
    const registration = await peer.register(c.uri('procedure'));
    const other = await c.join('other', { roles: { callee: {} } });
    const publication = await other.publish(c.uri('topic'));
    await peer.expect([36, subscription, publication, anyDict]);
    const call = other.call(c.uri('procedure'));
    peer.send([70, await peer.invoked(registration), {}]);
    await other.expect([50, call, anyDict]);
  }),

  conforms('SES-23', 'tells in WELCOME who the client is', async (c) => {
    const { welcome } = await c.join('peer');
    for (const key of ['authid', 'authrole', 'authmethod', 'authprovider'])
      ensure(typeof welcome[key] === 'string', `${key} is ${JSON.stringify(welcome[key])}`);
    const realm = welcome['realm'] ?? c.target.realm;
    ensure(realm === c.target.realm, `realm is ${JSON.stringify(realm)}`);
  }),

  conforms(
    'SES-19',
    'keeps realms apart',
    async (c) => {
      const realm = c.target.otherRealm ?? c.target.realm;
      const here = await c.join('here');
      const there = await c.join('there', { realm });
      await here.subscribe(c.uri('topic'));
      await here.register(c.uri('procedure'));
      await there.publish(c.uri('topic'));
      const call = there.call(c.uri('procedure'));
      await there.expect(error(48, call, 'wamp.error.no_such_procedure'));
      await there.register(c.uri('procedure'));
      await here.receiveNothing();
    },
    knowsOtherRealm,
  ),
];

/** The ways in which a session can end; each is given what it has to send. */
const ENDINGS: Readonly<Record<string, (peer: Peer) => Promise<unknown>>> = {
  'with GOODBYE': async (peer) => {
    peer.send(GOODBYE);
    await peer.expect(GOODBYE_REPLY);
  },
  'with ABORT': async (peer) => {
    peer.send([3, {}, 'wamp.close.normal']);
    await Promise.resolve();
  },
  'by closing': (peer) => peer.leave(),
  'by a cut': async (peer) => {
    peer.cut();
    await Promise.resolve();
  },
  'by a violation': async (peer) => {
    peer.send([99]);
    await peer.expectViolation();
  },
};

/** Session lifecycle (WAMP 4): how it ends. */
export const sessionClosingCases: readonly ConformanceCase[] = [
  conforms('SES-11', 'answers GOODBYE with GOODBYE wamp.close.goodbye_and_out', async (c) => {
    const peer = await c.join('peer');
    peer.send(GOODBYE);
    await peer.expect(GOODBYE_REPLY);
  }),

  conforms(
    'SES-12',
    'sends nothing after its GOODBYE and frees what the session held',
    async (c) => {
      const peer = await c.join('peer');
      await peer.subscribe(c.uri('topic'));
      await peer.register(c.uri('procedure'));
      const other = await c.join('other');
      const slow = await other.register(c.uri('slow'));
      peer.call(c.uri('slow'));
      const invocation = await other.invoked(slow);
      peer.send(GOODBYE);
      await peer.expect(GOODBYE_REPLY);
      await other.publish(c.uri('topic'));
      const call = other.call(c.uri('procedure'));
      await other.expect(error(48, call, 'wamp.error.no_such_procedure'));
      other.send([70, invocation, {}]);
      await other.receiveNothing();
      await c.expectSessionOver(peer);
    },
  ),

  conforms(
    'SES-13 SES-18',
    'says GOODBYE wamp.close.system_shutdown when it shuts down',
    async (c) => {
      await withShutdown(c, async (peer, done) => {
        await peer.expect([6, anyDict, 'wamp.close.system_shutdown']);
        peer.send([6, {}, 'wamp.close.goodbye_and_out']);
        await peer.closed();
        await done;
      });
    },
    mayShutDown,
  ),

  conforms(
    'SES-14 SES-15',
    'answers neither GOODBYE nor anything else after its own GOODBYE',
    async (c) => {
      await withShutdown(c, async (peer, done) => {
        await peer.expect([6, anyDict, 'wamp.close.system_shutdown']);
        peer.sendTogether([
          [32, peer.request, {}, c.uri('topic')],
          [48, peer.request + 1, {}, c.uri('nobody')],
          [6, {}, 'wamp.close.goodbye_and_out'],
        ]);
        await peer.closed();
        await done;
      });
    },
    mayShutDown,
  ),

  conforms('SES-16', 'drops the session at ABORT and answers nothing', async (c) => {
    const before = await c.connect('before HELLO');
    before.send([3, {}, 'wamp.close.normal']);
    await c.expectSessionOver(before);
    const peer = await c.join('in session');
    await peer.subscribe(c.uri('topic'));
    const ended = await c.witness(peer);
    peer.send([3, { message: 'enough' }, 'wamp.close.normal']);
    await ended();
    await (await c.join('publisher')).publish(c.uri('topic'));
    await c.expectSessionOver(peer);
  }),

  conforms('SES-17', 'sends ABORT with Details and a URI as Reason', async (c) => {
    const violation = await c.join('in session');
    violation.send([99]);
    await violation.expect(abort(anyUri));
    const refusal = await c.connect('before the session');
    refusal.send(c.hello({ realm: 'conformance.unknown.realm' }));
    await refusal.expect(abort(anyUri));
  }),

  conforms('SES-18', 'sends GOODBYE with Details and a URI as Reason', async (c) => {
    const peer = await c.join('peer');
    peer.send(GOODBYE);
    await peer.expect([6, anyDict, anyUri]);
  }),

  ...Object.entries(ENDINGS).map(([way, end]) =>
    conforms('SES-20', `forgets what a session held that ends ${way}`, async (c) => {
      const peer = await c.join('peer');
      await peer.subscribe(c.uri('topic'));
      await peer.register(c.uri('procedure'));
      const ended = await c.witness(peer);
      await end(peer);
      await ended();
      const other = await c.join('other');
      const call = other.call(c.uri('procedure'));
      await other.expect(error(48, call, 'wamp.error.no_such_procedure'));
      await other.register(c.uri('procedure'));
      await other.publish(c.uri('topic'));
    }),
  ),

  conforms('SES-21', 'takes GOODBYE with any reason and message', async (c) => {
    const reasons = ['wamp.close.close_realm', 'com.example.tired', 'wamp.error.goodbye_and_out'];
    for (const reason of reasons) {
      const peer = await c.join('peer');
      peer.send([6, { message: 'I am tired', other: 1 }, reason]);
      await peer.expect(GOODBYE_REPLY);
      await peer.dispose();
    }
  }),

  conforms('SES-24', 'minds no connection that is closed right behind GOODBYE', async (c) => {
    const peer = await c.join('peer');
    await peer.register(c.uri('procedure'));
    const ended = await c.witness(peer);
    peer.send(GOODBYE);
    const last = await peer.leave();
    ensure(
      last.length === 0 || matches([GOODBYE_REPLY], last),
      `expected at most GOODBYE, got ${JSON.stringify(last)}`,
    );
    await ended();
    await (await c.join('other')).register(c.uri('procedure'));
  }),

  conforms('SES-25', 'answers several GOODBYEs at most once', async (c) => {
    const peer = await c.join('peer');
    peer.sendTogether([GOODBYE, GOODBYE, GOODBYE]);
    await peer.expect(GOODBYE_REPLY);
    const rest = await peer.leave();
    ensure(
      rest.length === 0 || matches([abort('wamp.error.protocol_violation')], rest),
      `expected no second GOODBYE, got ${JSON.stringify(rest)}`,
    );
  }),
];

/** Shuts a router of its own down while a peer is in session, and lets `observe` see it. */
async function withShutdown(
  c: CaseContext,
  observe: (peer: Peer, done: Promise<void>) => Promise<void>,
): Promise<void> {
  const { startAnother } = c.target;
  ensure(startAnother !== undefined, 'needs mayShutDown');
  const another = await startAnother();
  const url = another.target.url;
  const peer = await c.join('peer', { url });
  await peer.subscribe(c.uri('topic'));
  const done = another.shutdown();
  await observe(peer, done);
}
