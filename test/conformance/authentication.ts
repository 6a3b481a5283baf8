import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, error, isDict, matches } from './pattern.js';
import type { Peer } from './peer.js';
import { challenges, knowsForbidden, knowsOpenUrl, knowsRefusedTokens } from './target.js';
import { ensure } from './transcript.js';

const DENIED = 'wamp.error.authentication_denied';

const byToken = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
): ConformanceCase => conforms(rows, title, run, challenges);

/** Authentication by a token (WAMP 13). */
export const authenticationCases: readonly ConformanceCase[] = [
  byToken('AU-1 CM-1', 'answers HELLO with CHALLENGE, not with WELCOME', async (c) => {
    await challenged(c);
  }),

  byToken('AU-2', 'answers a good AUTHENTICATE with WELCOME', async (c) => {
    const peer = await challenged(c);
    peer.send([5, c.token, {}]);
    await peer.welcomed();
  }),

  byToken('AU-3', 'answers a bad AUTHENTICATE with ABORT', async (c) => {
    for (const token of ['', 'no token', 'a.b.c', `${c.token}x`, c.token.slice(0, -4)])
      await expectDenied(c, token);
  }),

  byToken('AU-4', 'refuses a client that offers no method of the listener', async (c) => {
    for (const authmethods of [['x_unknown'], ['ticket', 'wampcra'], ['__proto__']]) {
      const peer = await c.connect('peer');
      peer.send(c.hello({ details: { authmethods } }));
      await peer.expect(abort('wamp.error.no_matching_auth_method'));
    }
  }),

  byToken(
    'AU-5',
    'refuses a client that offers no method at all, or to be anonymous',
    async (c) => {
      for (const authmethods of [undefined, [], ['anonymous']]) {
        const peer = await c.connect('peer');
        peer.send(c.hello({ details: { authmethods } }));
        await peer.expect(abort('wamp.error.authentication_required'));
      }
    },
  ),

  byToken('AU-9', 'passes over methods that it does not have', async (c) => {
    const peer = await c.connect('peer');
    peer.send(c.hello({ details: { authmethods: ['x_unknown', 'anonymous', 'jwt'] } }));
    await peer.expect([4, 'jwt', anyDict]);
    peer.send([5, c.token, {}]);
    await peer.welcomed();
  }),

  byToken('AU-10 CM-4', 'tells who the token says that the client is', async (c) => {
    const peer = await c.join('peer', { details: { authrole: 'conformance.forged' } });
    const { authid, authrole, authmethod, authprovider } = peer.welcome;
    const claims = decode(c.token, 1);
    ensure(
      authmethod === 'jwt' &&
        typeof authrole === 'string' &&
        authrole !== 'conformance.forged' &&
        typeof authprovider === 'string' &&
        (authid === claims['sub'] || authid === claims['authid']),
      `WELCOME.Details: ${JSON.stringify(peer.welcome)}`,
    );
  }),

  byToken('AU-11', 'gives up on a client that does not answer CHALLENGE', async (c) => {
    const peer = await challenged(c);
    const outcome = await peer.outcome(c.target.handshakeTimeoutMs);
    ensure(
      typeof outcome === 'number' || matches(abort('wamp.error.authentication_failed'), outcome),
      `expected the end, got ${JSON.stringify(outcome)}`,
    );
    await peer.closed();
  }),

  byToken('AU-12', 'answers nothing to ABORT in place of AUTHENTICATE', async (c) => {
    const peer = await challenged(c);
    peer.send([3, {}, 'wamp.error.authentication_failed']);
    await c.expectSessionOver(peer);
  }),

  byToken('AU-13', 'takes an AUTHENTICATE that was not asked for for a violation', async (c) => {
    const first = await c.connect('without CHALLENGE');
    first.send([5, c.token, {}]);
    await first.expectViolation();
    const joined = await c.join('after WELCOME');
    joined.send([5, c.token, {}]);
    await joined.expectViolation();
    const twice = await challenged(c);
    twice.sendTogether([
      [5, c.token, {}],
      [5, c.token, {}],
    ]);
    const outcome = await twice.receive();
    // Either the first has been answered already, or there has been no session at all.
    if (outcome[0] === 2) await twice.expectViolation();
    else ensure(matches(abort('wamp.error.protocol_violation'), outcome), JSON.stringify(outcome));
    await twice.closed();
  }),

  byToken('AU-15', 'takes an AUTHENTICATE of the wrong form for a violation', async (c) => {
    for (const rest of [[5, {}], [null, {}], [c.token, []], [c.token], [c.token, {}, 1], []]) {
      const peer = await challenged(c);
      peer.send([5, ...rest]);
      await peer.expectViolation();
      await peer.dispose();
    }
  }),

  byToken('AU-16', 'takes messages before WELCOME for a violation', async (c) => {
    const peer = await c.connect('peer');
    peer.sendTogether([c.hello(), [32, 1, {}, c.uri('topic')], [5, c.token, {}]]);
    const outcome = await peer.receive();
    if (outcome[0] === 4) await peer.expectViolation();
    else ensure(matches(abort('wamp.error.protocol_violation'), outcome), JSON.stringify(outcome));
    await peer.closed();
  }),

  byToken('CM-3', 'refuses a token that is forged', async (c) => {
    const [header, payload, signature] = c.token.split('.').map(String);
    const none = encode({ ...decode(c.token, 0), alg: 'none' });
    const root = encode({ ...decode(c.token, 1), sub: 'root', role: 'root', authid: 'root' });
    const long = encode({ ...decode(c.token, 1), exp: 4102444800 });
    const forged = [
      [none, payload, ''],
      [none, payload, signature],
      [header, root, signature],
      [header, long, signature],
      [header, payload, ''],
      [header, payload, Buffer.alloc(32).toString('base64url')],
    ];
    for (const parts of forged) await expectDenied(c, parts.join('.'));
  }),

  conforms(
    'CM-3 AU-7',
    'refuses tokens that are expired, for somebody else or of nobody known',
    async (c) => {
      for (const token of c.target.refusedTokens) await expectDenied(c, token);
    },
    challenges,
    knowsRefusedTokens,
  ),

  byToken('CM-4', 'refuses an authid in HELLO that is not the one of the token', async (c) => {
    const peer = await c.connect('peer');
    peer.send(c.hello({ details: { authid: 'conformance.somebody.else' } }));
    const first = await peer.receive();
    if (first[0] === 4) {
      peer.send([5, c.token, {}]);
      await peer.expect(abort(DENIED));
    } else ensure(matches(abort(DENIED), first), `expected ABORT, got ${JSON.stringify(first)}`);
  }),

  conforms(
    'CM-5',
    'tells who a client is that had nothing to prove',
    async (c) => {
      const { welcome } = await c.join('peer', { url: c.target.openUrl ?? c.target.url });
      for (const key of ['authid', 'authrole', 'authmethod', 'authprovider'])
        ensure(typeof welcome[key] === 'string', `${key} is ${JSON.stringify(welcome[key])}`);
    },
    knowsOpenUrl,
  ),
];

/** Authorization (WAMP 13.6, 8). */
export const authorizationCases: readonly ConformanceCase[] = [
  conforms(
    'AZ-1',
    'refuses what is forbidden with wamp.error.not_authorized',
    async (c) => {
      const uri = `${c.target.forbiddenPrefix ?? ''}conformance`;
      const peer = await c.join('peer');
      for (const type of [32, 64, 48, 16]) {
        const request = peer.request;
        peer.send([type, request, type === 16 ? { acknowledge: true } : {}, uri]);
        await peer.expect(error(type, request, 'wamp.error.not_authorized'));
      }
      await peer.subscribe(c.uri('topic'));
    },
    knowsForbidden,
  ),

  conforms(
    'AZ-2',
    'is silent about a forbidden PUBLISH that asks for no answer',
    async (c) => {
      const peer = await c.join('peer');
      peer.send([16, 1, {}, `${c.target.forbiddenPrefix ?? ''}conformance`, ['hidden']]);
      peer.send([16, 2, { acknowledge: false }, `${c.target.forbiddenPrefix ?? ''}conformance`]);
      await peer.receiveNothing();
    },
    knowsForbidden,
  ),
];

async function challenged(c: CaseContext): Promise<Peer> {
  const peer = await c.connect('peer');
  peer.send(c.hello());
  await peer.expect([4, 'jwt', anyDict]);
  return peer;
}

async function expectDenied(c: CaseContext, token: string): Promise<void> {
  const peer = await challenged(c);
  peer.send([5, token, {}]);
  await peer.expect(abort(DENIED));
  await peer.dispose();
}

function decode(token: string, part: number): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(
    Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8'),
  );
  return isDict(value) ? value : {};
}

const encode = (value: object): string =>
  Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
