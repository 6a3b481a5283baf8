import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, error, isDict } from './pattern.js';
import type { Peer, Wire } from './peer.js';
import { ensure } from './transcript.js';

/** What only a router sends, in correct form. */
const ROUTER_ONLY: Readonly<Record<string, Wire>> = {
  PUBLISHED: [17, 1, 1],
  SUBSCRIBED: [33, 1, 1],
  UNSUBSCRIBED: [35, 1],
  EVENT: [36, 1, 1, {}],
  RESULT: [50, 1, {}],
  REGISTERED: [65, 1, 1],
  UNREGISTERED: [67, 1],
  INVOCATION: [68, 1, 1, {}],
  INTERRUPT: [69, 1, {}],
};

const BEFORE_HELLO: Readonly<Record<string, Wire>> = {
  SUBSCRIBE: [32, 1, {}, 'com.example.a'],
  UNSUBSCRIBE: [34, 1, 1],
  PUBLISH: [16, 1, { acknowledge: true }, 'com.example.a'],
  REGISTER: [64, 1, {}, 'com.example.a'],
  UNREGISTER: [66, 1, 1],
  CALL: [48, 1, {}, 'com.example.a'],
  CANCEL: [49, 1, {}],
  YIELD: [70, 1, {}],
  AUTHENTICATE: [5, '', {}],
  EVENT: [36, 1, 1, {}],
  INTERRUPT: [69, 1, {}],
};

const ANSWERS_BEFORE_HELLO = [
  'SUBSCRIBED',
  'UNSUBSCRIBED',
  'PUBLISHED',
  'RESULT',
  'REGISTERED',
  'UNREGISTERED',
  'INVOCATION',
];

/** Protocol violations (WAMP 2.3.3). */
export const violationCases: readonly ConformanceCase[] = [
  inSession('PV-1', 'WELCOME', [2, 1, { roles: { broker: {} } }]),
  inSession('PV-2', 'HELLO', [1, 'realm1', { roles: { publisher: {} } }]),
  inSession('PV-3', 'CHALLENGE', [4, 'ticket', {}]),
  atFirst('PV-4 SES-8', 'GOODBYE', [6, {}, 'wamp.close.normal']),
  atFirst('PV-5 SES-8', 'ERROR', [8, 68, 1, {}, 'com.example.error']),
  ...Object.entries(ROUTER_ONLY)
    .filter(([name]) => ANSWERS_BEFORE_HELLO.includes(name))
    .map(([name, message]) => atFirst('PV-6', name, message)),
  ...Object.entries(BEFORE_HELLO).map(([name, message]) => atFirst('PV-7', name, message)),

  conforms('PV-8', 'takes an ERROR that answers no INVOCATION for a violation', async (c) => {
    for (const type of [0, 16, 32, 34, 48, 49, 64, 66, 69, 70]) {
      const { callee, caller, call, invocation } = await invoke(c, `type${type}`);
      callee.send([8, type, invocation, {}, c.uri('error')]);
      await callee.expectViolation();
      await caller.expect(error(48, call, 'wamp.error.canceled'));
      await Promise.all([callee.dispose(), caller.dispose()]);
    }
  }),

  conforms('PV-9', 'takes YIELD for an invocation never issued for a violation', async (c) => {
    await c.expectViolations(['[70,1,{}]', '[70,1000,{}]']);
    const { callee, invocation } = await invoke(c, 'procedure');
    callee.send([70, invocation + 1, {}]);
    await callee.expectViolation();
  }),

  conforms('PV-10 RP-13', 'discards answers to an invocation that it ended itself', async (c) => {
    for (const answer of [
      (id: number): Wire => [70, id, {}],
      (id: number): Wire => [8, 68, id, {}, 'com.example.error'],
    ]) {
      const { callee, caller, invocation } = await invoke(c, `p${String(answer(1)[0])}`);
      const ended = await c.witness(caller);
      await caller.leave();
      await ended();
      callee.send(answer(invocation));
      await callee.receiveNothing();
    }
  }),

  conforms('PV-11', 'takes ERROR for an invocation never issued for a violation', async (c) => {
    await c.expectViolations(['[8,68,1,{},"com.example.error"]']);
    const { callee, invocation } = await invoke(c, 'procedure');
    callee.send([8, 68, invocation + 1, {}, c.uri('error')]);
    await callee.expectViolation();
  }),

  conforms('PV-12', 'discards further answers to an invocation that was answered', async (c) => {
    const { callee, caller, call, invocation } = await invoke(c, 'procedure');
    callee.send([70, invocation, {}, ['first']]);
    callee.send([70, invocation, {}, ['second']]);
    callee.send([8, 68, invocation, {}, c.uri('error')]);
    await callee.receiveNothing();
    await caller.expect([50, call, anyDict, ['first']]);
    await caller.receiveNothing();
  }),

  ...Object.entries(ROUTER_ONLY).map(([name, message]) => inSession('PV-13', name, message)),
  inSession('PV-14', 'AUTHENTICATE', [5, 'signature', {}]),

  conforms('PV-15', 'drops at once what the offender held', async (c) => {
    const offender = await c.join('offender');
    await offender.subscribe(c.uri('topic'));
    await offender.register(c.uri('procedure'));
    offender.send([99]);
    await offender.expectViolation();
    const other = await c.join('other');
    await other.publish(c.uri('topic'));
    const call = other.call(c.uri('procedure'));
    await other.expect(error(48, call, 'wamp.error.no_such_procedure'));
    ensure((await offender.leave()).length === 0, 'the offender got something after ABORT');
  }),

  conforms('PV-15', 'does not wait for the end of the connection to do so', async (c) => {
    const other = await c.join('other');
    const subscription = await other.subscribe(c.uri('topic'));
    const offender = await c.join('offender');
    await offender.register(c.uri('procedure'));
    // Who does not read does not answer the closing of the connection either, so that it lasts.
    offender.pause();
    offender.sendTogether([[16, 2, {}, c.uri('topic')], [99]]);
    await other.expect([36, subscription, anyId, anyDict]);
    const call = other.call(c.uri('procedure'));
    await other.expect(error(48, call, 'wamp.error.no_such_procedure'));
  }),

  conforms('PV-16', 'does nothing more for the offender', async (c) => {
    const subscriber = await c.join('subscriber');
    await subscriber.subscribe(c.uri('topic'));
    const offender = await c.join('offender');
    const ended = await c.witness(offender);
    offender.sendTogether([
      [99],
      [16, offender.request, { acknowledge: true }, c.uri('topic'), ['too late']],
      [32, offender.request + 1, {}, c.uri('topic')],
      [64, offender.request + 2, {}, c.uri('procedure')],
      [6, {}, 'wamp.close.normal'],
    ]);
    await offender.expectViolation();
    await ended();
    ensure((await offender.leave()).length === 0, 'the offender got something after ABORT');
    await subscriber.receiveNothing();
    const call = subscriber.call(c.uri('procedure'));
    await subscriber.expect(error(48, call, 'wamp.error.no_such_procedure'));
  }),

  conforms('PV-17', 'closes the connection of the offender', async (c) => {
    const inside = await c.join('in session');
    inside.send([99]);
    await inside.expectViolation();
    await inside.closed();
    const outside = await c.connect('before HELLO');
    outside.send([99]);
    await outside.expectViolation();
    await outside.closed();
  }),

  conforms('PV-18', 'may say in ABORT what was wrong', async (c) => {
    const offender = await c.join('offender');
    offender.send([99]);
    const [, details] = await offender.receive();
    ensure(isDict(details), `Details are ${JSON.stringify(details)}`);
    const message = details['message'] ?? '';
    ensure(typeof message === 'string', `message is ${JSON.stringify(message)}`);
  }),

  conforms('PV-19', 'leaves other sessions alone', async (c) => {
    const bystander = await c.join('bystander');
    const subscription = await bystander.subscribe(c.uri('topic'));
    const registration = await bystander.register(c.uri('procedure'));
    const offender = await c.join('offender');
    await offender.subscribe(c.uri('topic'));
    offender.send([99]);
    await offender.expectViolation();
    const other = await c.join('other');
    const publication = await other.publish(c.uri('topic'));
    await bystander.expect([36, subscription, publication, anyDict]);
    const call = other.call(c.uri('procedure'));
    bystander.send([70, await bystander.invoked(registration), {}]);
    await other.expect([50, call, anyDict]);
  }),

  conforms('PV-20', 'answers a violation in the handshake with ABORT and no WELCOME', async (c) => {
    const wrong = ['[1]', '[1,"realm1"]', '[1,5,{}]', '[1,"realm1",[]]', '[1,"realm1",{},1]', 'x'];
    for (const text of wrong) {
      const peer = await c.connect('peer');
      peer.sendText(text);
      await peer.expectViolation();
      await peer.closed();
    }
  }),
];

function inSession(rows: string, name: string, message: Wire): ConformanceCase {
  return conforms(rows, `takes ${name} from a client in session for a violation`, async (c) => {
    const peer = await c.join('peer');
    peer.send(message);
    await peer.expectViolation();
    await c.expectRouterAlive();
  });
}

function atFirst(rows: string, name: string, message: Wire): ConformanceCase {
  return conforms(rows, `takes ${name} before HELLO for a violation`, async (c) => {
    const peer = await c.connect('peer');
    peer.sendTogether([message, c.hello()]);
    await peer.expectViolation();
    await peer.closed();
  });
}

interface Invoked {
  readonly callee: Peer;
  readonly caller: Peer;
  readonly call: number;
  readonly invocation: number;
}

/** A call that waits for its callee's answer. */
async function invoke(c: CaseContext, name: string): Promise<Invoked> {
  const callee = await c.join('callee');
  callee.send([64, 1, {}, c.uri(name)]);
  const registered = await callee.expect([65, 1, anyId]);
  const caller = await c.join('caller');
  const call = caller.call(c.uri(name));
  return { callee, caller, call, invocation: await callee.invoked(Number(registered[2])) };
}
